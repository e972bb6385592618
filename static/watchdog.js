/* Repairs what a stalled load leaves. It stands in the page itself (handlers/base/watchdog.py), so it runs when nothing else has
   come: not one script, or half a page. ES5 for Chromium 38. */
(function () {
  'use strict';

  var LOAD_MS = 30000; // what has not come by then has stalled
  var ANSWER_MS = 20000;
  var RETRY_MS = 5000;

  if (window.top !== window) { return; } // the page around drops a frame that does not load

  function isWhole() { // to the last element, every style sheet is there, and every script has run
    var links = document.querySelectorAll('link[rel=stylesheet]');
    for (var i = 0; i < links.length; i += 1) { if (!links[i].sheet) { return false; } }
    return document.readyState === 'complete' && !!document.querySelector('[data-end]') &&
      !document.querySelector('script[src]:not([data-ran])');
  }

  function retry() { setTimeout(repair, RETRY_MS * (1 + Math.random())); }

  function repair() { // never into an error page: nobody is there to fix it
    var request = new XMLHttpRequest();
    if (isWhole()) { return; }
    request.onreadystatechange = function () {
      if (request.readyState !== 4) { return; }
      if (request.status < 500 && / data-(sheet|code)="/.test(request.responseText)) { location.reload(); } else { retry(); }
    };
    request.open('GET', location.href, true);
    request.timeout = ANSWER_MS;
    request.send();
  }

  setTimeout(function () {
    var loads = 0;
    try { // each time later: a file may be gone for good
      loads = isWhole() ? -1 : Number(sessionStorage.getItem('loads')) || 0;
      sessionStorage.setItem('loads', loads + 1);
    } catch (error) { /* no storage */ }
    setTimeout(repair, Math.min(Math.max(loads, 0), 20) * LOAD_MS);
  }, LOAD_MS);
}());
