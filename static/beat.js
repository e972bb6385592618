/* A paired screen reports what is on its glass: at load, once a minute, after a switch and after an error of a script.
   It reports paints, not pings. Loaded before the other scripts, also in frames. ES5 for Chromium 38. */
(function () {
  'use strict';

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }

  var EVERY_MS = 60000;
  var LOOK_MS = 5000;
  var RUN_MS = 300000; // errors with longer breaks are not one run
  var ERROR_CHARS = 200;

  var errors = 0, reportedErrors = 0, lastError = '', errorAt = 0, runAt = 0;
  var paintedAt = 0, sentAt = 0, sentBoard = '';
  var isSending = false;
  var began = now();

  function now() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function noteError(message) {
    var at = now();
    if (!errors || at - errorAt > RUN_MS) { runAt = at; }
    errors += 1;
    errorAt = at;
    lastError = String(message).slice(0, ERROR_CHARS);
  }

  function onError(event) {
    if (!event.message) { return; } // an image that did not load
    try { window.top.foyerNoteError(event.message); } catch (error) { noteError(event.message); }
  }

  window.addEventListener('error', onError);
  if (window.top !== window) { return; }
  window.foyerNoteError = noteError;

  function shownWindow() { // the frame on top, or this page; null while there is nothing
    var frames = document.querySelectorAll('.stage iframe:not(.trial)'), i;
    for (i = frames.length - 1; i >= 0; i -= 1) {
      if (readBody(frames[i].contentWindow)) { return frames[i].contentWindow; }
    }
    return readBody(window) && document.body.getAttribute('data-sheet') !== 'show' ? window : null;
  }

  function readBody(view) {
    try { return view.document.querySelector('body[data-sheet]'); } catch (error) { return null; }
  }

  function isVisible(body) {
    var tile = body.querySelector('[data-tile]'), node = tile || body;
    return node.offsetWidth > 0 && node.offsetHeight > 0 && /\S/.test(node.textContent);
  }

  function readTiles(body, beat) {
    var tiles = body.querySelectorAll('[data-tile]'), i, state;
    beat.tiles = tiles.length;
    beat.stale = beat.taken = 0;
    for (i = 0; i < tiles.length; i += 1) {
      state = tiles[i].getAttribute('data-state');
      if (state === 'stale' || state === 'failed') { beat.stale += 1; }
      beat.taken = Math.max(beat.taken, Number(tiles[i].getAttribute('data-taken')) || 0);
    }
  }

  function engineTier() {
    if (!(window.CSS && CSS.supports && CSS.supports('display', 'grid'))) { return 1; }
    return CSS.supports('selector(:has(a))') ? 3 : 2;
  }

  function boardOf(body) { return body ? body.getAttribute('data-board') || body.getAttribute('data-sheet') : ''; }

  function secondsSince(at) { return Math.max(0, Math.round((now() - at) / 100) / 10); }

  function makeBeat() {
    var view = shownWindow(), body = view && readBody(view), at = body && body.getAttribute('data-beat');
    var beat = {
      build: document.body.getAttribute('data-build') || '',
      board: boardOf(body),
      sheet: body ? body.getAttribute('data-sheet') : '',
      black: / black /.test(' ' + document.body.className + ' ') || document.documentElement.getAttribute('data-light') === 'black',
      painted: paintedAt ? secondsSince(paintedAt) : null,
      stream: null,
      uptime: secondsSince(began),
      errors: errors,
      error: lastError,
      error_age: errors ? secondsSince(errorAt) : null,
      error_run: errors ? secondsSince(runAt) : null,
      width: window.innerWidth || 0,
      height: window.innerHeight || 0,
      tier: engineTier(),
      clock: Date.now()
    };
    if (at && view.performance && view.performance.now) {
      beat.stream = Math.max(0, Math.round((view.performance.now() - Number(at)) / 100) / 10);
    }
    if (body) { readTiles(body, beat); }
    return beat;
  }

  function sendBeat() {
    var request, beat = makeBeat();
    if (isSending) { return; }
    isSending = true;
    request = new XMLHttpRequest();
    request.timeout = 30000;
    request.onreadystatechange = function () { if (request.readyState === 4) { isSending = false; } };
    request.open('POST', '/tv/beat', true);
    request.setRequestHeader('Content-Type', 'application/json');
    request.send(JSON.stringify(beat));
    sentAt = now();
    sentBoard = beat.board;
    reportedErrors = errors;
  }

  function sendIfDue() {
    var view = shownWindow(), age = now() - sentAt;
    if (!sentAt ? paintedAt || now() - began > 2 * LOOK_MS :
      age >= EVERY_MS || errors !== reportedErrors || boardOf(view && readBody(view)) !== sentBoard) { sendBeat(); }
  }

  function look() {
    var view = shownWindow();
    if (view && isVisible(readBody(view)) && window.requestAnimationFrame) {
      window.requestAnimationFrame(function () { // does not run in a window that nobody sees
        paintedAt = now();
        if (!sentAt) { sendIfDue(); }
      });
    }
    sendIfDue();
  }

  setTimeout(look, 500);
  setInterval(look, LOOK_MS);
}());
