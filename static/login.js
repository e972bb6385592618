/* A fragment (`#…`) never reaches the server: this takes it along through sign-in. */
(function () {
  'use strict';

  var link = document.getElementById('sign-in');
  if (link) {
    link.addEventListener('click', function () {
      if (location.hash && link.href.indexOf('%23') < 0) { link.href += encodeURIComponent(location.hash); }
    });
  }
}());
