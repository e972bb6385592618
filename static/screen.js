/* What every page of a screen does, besides its other scripts: it renews the credential of a page that is never loaded again, and
   takes the welcome away. ES5 for Chromium 38. */
(function () {
  'use strict';

  var RENEW_MS = 86400000;
  var WELCOME_MS = 8000;

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }
  if (window.top !== window) { return; }

  setTimeout(function () {
    var greeting = document.querySelector('.greeting');
    if (greeting) { greeting.parentNode.removeChild(greeting); }
  }, WELCOME_MS);
  setInterval(function () {
    var request = new XMLHttpRequest();
    request.open('GET', '/tv', true);
    request.send();
  }, RENEW_MS);
}());
