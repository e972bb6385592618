/* What every page of a screen does, besides its other scripts: it is loaded first and waits for nothing, so it can repair what a
   stalled load leaves. It renews the credential of a page that is never loaded again, and takes the welcome away.
   ES5 for Chromium 38. */
(function () {
  'use strict';

  var RENEW_MS = 86400000;
  var WELCOME_MS = 8000;
  var LOAD_MS = 30000; // what has not come by then has stalled
  var ANSWER_MS = 20000;

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }
  if (window.top !== window) { return; } // the page around drops a frame that does not load

  function isWhole() { // every style sheet is there, and every script has run
    var links = document.querySelectorAll('link[rel=stylesheet]');
    for (var i = 0; i < links.length; i += 1) { if (!links[i].sheet) { return false; } }
    return document.readyState === 'complete' && !document.querySelector('script[src]:not([data-ran])');
  }

  function fetchPage(answered) {
    var request = new XMLHttpRequest();
    request.onreadystatechange = function () {
      if (request.readyState !== 4) { return; }
      answered(request.status < 500 && /id="glass"|data-sheet="/.test(request.responseText));
    };
    request.open('GET', '/tv', true);
    request.timeout = ANSWER_MS;
    request.send();
  }

  function repair() { // never into an error page: nobody is there to fix it
    if (isWhole()) { return; }
    fetchPage(function (isServed) {
      if (isServed) { location.reload(); } else { setTimeout(repair, 5000 + Math.random() * 5000); }
    });
  }

  function checkLoad() {
    var loads = 0;
    try { // each time later: a file may be gone for good
      loads = isWhole() ? -1 : Number(sessionStorage.getItem('loads')) || 0;
      sessionStorage.setItem('loads', loads + 1);
    } catch (error) { /* no storage */ }
    if (isWhole()) { return; }
    setTimeout(repair, Math.min(loads, 20) * LOAD_MS);
  }

  setTimeout(function () {
    var greeting = document.querySelector('.greeting');
    if (greeting) { greeting.parentNode.removeChild(greeting); }
  }, WELCOME_MS);
  setTimeout(checkLoad, LOAD_MS);
  setInterval(function () { fetchPage(function () { /* renews the credential */ }); }, RENEW_MS);
}());
