/* What only the wall of a paired screen does, besides wall.js: renews the credential of a page that is never loaded
   again, and takes the welcome away. ES5 for Chromium 38. */
(function () {
  'use strict';

  var RENEW_MS = 86400000;
  var WELCOME_MS = 8000;

  var greeting = document.querySelector('.greeting');

  if (greeting) { setTimeout(function () { greeting.parentNode.removeChild(greeting); }, WELCOME_MS); }

  setInterval(function () {
    var request = new XMLHttpRequest();
    request.open('GET', '/tv', true);
    request.send();
  }, RENEW_MS);
}());
