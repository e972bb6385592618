/* The glass of a television that shows a code: a new code when one ends, and the wall as soon as a person has paired it.
   ES5 for Chromium 38, like wall.js. The clock of a television is never used. */
(function () {
  'use strict';

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }

  var SILENCE_MS = 30000; // without a beat for so long the stream is opened again
  var RETRY_MS = 5000;

  var body = document.body;
  var inertDocument = document.implementation.createHTMLDocument(''); // nothing in it loads or runs
  var wallFiles = (body.getAttribute('data-wall-files') || '').split(' ');
  var source = null;
  var isLoading = false;
  var isSignedOut = location.search.indexOf('from=') > 0; // a person may sign in in another tab
  var endsAt = 0; // of the code
  var lastBeatAt = 0; // of the stream
  var nextTryAt = 0;

  function monotonicNow() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function find(selector) { return document.querySelector(selector); }

  function setText(selector, text) {
    var node = find(selector);
    if (node && node.textContent !== text) { node.textContent = text; }
  }

  function readGlass() {
    var glass = find('#glass');
    endsAt = glass.getAttribute('data-code') ? monotonicNow() + Number(glass.getAttribute('data-left')) : 0;
  }

  function load() { // the page again: the same code, a new one, or the wall
    var request = new XMLHttpRequest();
    if (isLoading) { return; }
    isLoading = true;
    nextTryAt = monotonicNow() + RETRY_MS;
    request.onreadystatechange = function () {
      if (request.readyState !== 4) { return; }
      isLoading = false;
      if (request.responseText.indexOf('id="glass"') > 0) { showGlass(request.responseText); }
      else if (request.status === 200 && request.responseText.indexOf('data-sheet="') > 0) { location.replace(location.href); } // the wall
      else if (endsAt && monotonicNow() > endsAt) { showLoss(); }
    };
    request.open('GET', location.href, true);
    request.timeout = 20000; // without an answer by then it is tried again
    request.send();
  }

  function showGlass(text) {
    var glass = find('#glass'), updated;
    inertDocument.body.innerHTML = text;
    updated = inertDocument.querySelector('#glass');
    body.className = '';
    glass.setAttribute('data-left', updated.getAttribute('data-left'));
    if (glass.getAttribute('data-code') !== updated.getAttribute('data-code') || !updated.getAttribute('data-code')) {
      glass.setAttribute('data-code', updated.getAttribute('data-code'));
      glass.innerHTML = updated.innerHTML;
    }
    inertDocument.body.textContent = '';
    readGlass();
    if (endsAt && !source) { openStream(); }
  }

  function showLoss() { // a code that has ended is no use to anybody
    if (body.className === 'lost') { return; }
    body.className = 'lost';
    setText('footer p', 'No word from the server. New letters come as soon as it answers.');
  }

  function closeStream() { if (source) { source.close(); source = null; } }

  function openStream() {
    if (!window.EventSource) { return; }
    closeStream();
    lastBeatAt = monotonicNow();
    source = new EventSource('/tv/stream?size=' + window.innerWidth + 'x' + window.innerHeight);
    source.addEventListener('beat', function (event) {
      lastBeatAt = monotonicNow();
      try { setText('.clock', JSON.parse(event.data).clock); } catch (error) { /* not of this server */ }
    });
    source.addEventListener('paired', function () { closeStream(); location.replace(location.href); });
    source.addEventListener('ended', function () { closeStream(); load(); });
    source.onerror = function () { closeStream(); nextTryAt = monotonicNow() + RETRY_MS * Math.random(); };
  }

  function cacheWallFiles() { // one after the other, so that after the approval only the board itself is on its way
    var request = new XMLHttpRequest();
    function loadNext() {
      if (!wallFiles[0]) { return; }
      request.open('GET', wallFiles.shift(), true);
      request.send();
    }
    request.onreadystatechange = function () { if (request.readyState === 4) { setTimeout(loadNext, 0); } };
    loadNext();
  }

  function check() {
    var now = monotonicNow();
    if (source && now - lastBeatAt > SILENCE_MS) { closeStream(); }
    if (now < nextTryAt) { return; }
    if (!source || isSignedOut || (endsAt && now > endsAt)) { load(); }
  }

  readGlass();
  if (endsAt) { openStream(); }
  setInterval(check, 1000);
  window.addEventListener('load', cacheWallFiles);
}());
