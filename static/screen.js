/* What only the wall of a paired screen does, besides wall.js: renews the credential of a page that is never loaded
   again, and takes the welcome away. ES5 for Chromium 38. */
(function () {
  'use strict';

  var RENEW_MS = 86400000;
  var WELCOME_MS = 8000;

  var welcome = document.querySelector('.welcome');

  if (welcome) { setTimeout(function () { welcome.parentNode.removeChild(welcome); }, WELCOME_MS); }

  setInterval(function () {
    var request = new XMLHttpRequest();
    request.open('GET', '/tv', true);
    request.send();
  }, RENEW_MS);
}());
