/* The page of a paired screen: shows what the server says in a frame, loads the next page below it, and lifts it when it is
   painted, so that a switch never flashes. Keys of a remote control. ES5 for Chromium 38, like wall.js. */
(function () {
  'use strict';

  var RETRY_MS = 1000; // the first wait; it doubles
  var MAX_RETRY_MS = 15000;
  var EARLY_MS = 10000; // so long before a switch the next page is loaded
  var LOAD_MS = 30000; // a page that is not there by then is loaded again
  var PAINT_MS = 300; // from the end of loading to the first picture
  var HOLD_MS = 600000;
  var HELP_MS = 10000;
  var LEFT = 37, RIGHT = 39, ENTER = 13, SPACE = 32, ESCAPE = 27, BACKSPACE = 8, WEBOS_BACK = 461, TIZEN_BACK = 10009;

  var body = document.body;
  var stage = document.querySelector('.stage');
  var note = document.querySelector('.note');
  var help = document.querySelector('.help');
  var request = new XMLHttpRequest();
  var shown = document.querySelector('.stage iframe'); // the frame on top
  var waiting = null; // the frame below it, while it loads
  var loadTimer = 0, early = 0, helpTimer = 0, retryTimer = 0, retryDelay = 0, holdTimer = 0;
  var source = null;
  var beatMs = 12000;
  var lastBeatAt = monotonicNow();
  var programme = { path: shown ? shown.getAttribute('src') : '', light: body.getAttribute('data-light'), turn: [] };
  var heldPath = ''; // a person with a remote control holds this page

  if (window.top !== window) { window.top.location.replace('/tv'); return; }

  function monotonicNow() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function setText(node, text) { if (node.textContent !== text) { node.textContent = text; } }

  /* Frames. */

  function withTheme(path) { return path + location.search; }

  function isPainted(frame) { // an error of the server or the browser never gets on the glass
    try { return !!frame.contentDocument.querySelector('body[data-sheet]'); } catch (error) { return false; }
  }

  function dropWaiting() {
    clearTimeout(loadTimer);
    if (waiting) { stage.removeChild(waiting); waiting = null; }
  }

  function loadFrame(path) {
    if (waiting && waiting.getAttribute('data-path') === path) { return; }
    dropWaiting();
    var frame = document.createElement('iframe');
    waiting = frame;
    frame.setAttribute('data-path', path);
    frame.setAttribute('title', 'The board');
    frame.onload = function () { setTimeout(function () { onLoaded(frame); }, PAINT_MS); };
    loadTimer = setTimeout(retryFrame, LOAD_MS);
    frame.src = withTheme(path);
    stage.insertBefore(frame, stage.firstChild); // below what is shown
  }

  function retryFrame() {
    var path = waiting && waiting.getAttribute('data-path');
    dropWaiting();
    if (path) { loadFrame(path); }
  }

  function onLoaded(frame) {
    if (frame !== waiting) { return; }
    if (!isPainted(frame)) { clearTimeout(loadTimer); loadTimer = setTimeout(retryFrame, 5000); return; }
    frame.setAttribute('data-painted', '');
    listenTo(frame);
    lift();
  }

  function lift() { // only the page that belongs on the glass now
    if (!waiting || !waiting.hasAttribute('data-painted') || waiting.getAttribute('data-path') !== wantedPath()) { return; }
    clearTimeout(loadTimer);
    var old = shown;
    shown = waiting;
    waiting = null;
    if (old) { stage.removeChild(old); }
    body.className = heldPath ? 'full' : programme.light;
    document.documentElement.setAttribute('data-shows', shown.getAttribute('data-path'));
  }

  function wantedPath() { return heldPath || programme.path; }

  function update() {
    var path = wantedPath();
    setText(note, programme.note || '');
    note.hidden = !programme.note;
    if (!path && programme.light === 'black') { // nothing works while nobody looks
      dropWaiting();
      body.className = 'black';
      if (shown) { stage.removeChild(shown); shown = null; }
      document.documentElement.setAttribute('data-shows', '');
    } else if (path && (!shown || (shown.getAttribute('data-path') || shown.getAttribute('src')) !== path)) {
      loadFrame(path);
      lift();
    } else {
      dropWaiting();
      if (shown) { body.className = heldPath ? 'full' : programme.light; }
    }
  }

  function loadNext() { // the server says when: until then it stays below
    var at = programme.turn.indexOf(programme.path);
    if (!heldPath && at >= 0 && programme.turn.length > 1) { loadFrame(programme.turn[(at + 1) % programme.turn.length]); }
  }

  function onShow(event) {
    var before = programme;
    programme = JSON.parse(event.data);
    clearTimeout(early);
    if (programme.left > EARLY_MS + LOAD_MS / 6) { early = setTimeout(loadNext, programme.left - EARLY_MS); }
    if (programme.takeover || !programme.turn.length || before.takeover) { release(); }
    update();
  }

  /* The stream. */

  function onBeat(event) {
    var beat = JSON.parse(event.data);
    lastBeatAt = monotonicNow();
    retryDelay = 0;
    beatMs = beat.every * 1000;
    if (beat.build !== body.getAttribute('data-build')) { setTimeout(reloadWhenServed, Math.random() * 5000); }
  }

  function closeStream() { if (source) { source.close(); source = null; } }

  function openStream() {
    retryTimer = 0;
    closeStream();
    if (!window.EventSource) { return; }
    lastBeatAt = monotonicNow();
    source = new EventSource(body.getAttribute('data-show'));
    source.addEventListener('show', onShow);
    source.addEventListener('beat', onBeat);
    source.addEventListener('bye', scheduleRetry);
    source.onerror = function () { scheduleRetry(); reloadIfUnpaired(); };
  }

  function scheduleRetry() {
    closeStream();
    if (retryTimer) { return; }
    retryDelay = Math.min(MAX_RETRY_MS, retryDelay ? retryDelay * 2 : RETRY_MS);
    retryTimer = setTimeout(openStream, retryDelay * (0.25 + Math.random() * 0.75));
  }

  function fetchPage(answered) {
    request.onreadystatechange = function () {
      if (request.readyState === 4 && request.status === 200) { answered(request.responseText); }
    };
    request.open('GET', '/tv', true);
    request.send();
  }

  function reloadIfUnpaired() {
    fetchPage(function (text) { if (text.indexOf('data-show="') < 0) { location.replace('/tv'); } });
  }

  function reloadWhenServed() { fetchPage(function () { location.reload(); }); }

  function checkSilence() { if (source && monotonicNow() - lastBeatAt > beatMs * 2.5) { scheduleRetry(); } }

  /* Keys of a remote control: for a while only, because nobody comes back to undo them. */

  function hold(path) {
    heldPath = path;
    clearTimeout(holdTimer);
    holdTimer = setTimeout(endHold, HOLD_MS);
    body.setAttribute('data-held', '');
    update();
  }

  function release() {
    heldPath = '';
    clearTimeout(holdTimer);
    body.removeAttribute('data-held');
  }

  function endHold() { release(); update(); }

  function step(by) {
    var turn = programme.turn, at = turn.indexOf(wantedPath());
    if (turn.length > 1) { hold(turn[(at + by + turn.length) % turn.length]); }
  }

  function showHelp(isShown) {
    help.hidden = !isShown;
    clearTimeout(helpTimer);
    if (isShown) { helpTimer = setTimeout(function () { help.hidden = true; }, HELP_MS); }
  }

  function onKey(event) {
    var code = event.keyCode, isHandled = true;
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (code === LEFT) { step(-1); }
    else if (code === RIGHT) { step(1); }
    else if (code === ENTER || code === SPACE) { if (heldPath) { endHold(); } else if (programme.turn.length) { hold(programme.path); } }
    else if (code === ESCAPE || code === BACKSPACE || code === WEBOS_BACK || code === TIZEN_BACK) { showHelp(false); endHold(); }
    else if (event.key === '?' || (code === 191 && event.shiftKey)) { showHelp(help.hidden); }
    else { isHandled = false; }
    if (isHandled) { event.preventDefault(); }
  }

  function listenTo(frame) { try { frame.contentDocument.addEventListener('keydown', onKey); } catch (error) { /* gone */ } }

  document.addEventListener('keydown', onKey);
  if (shown) {
    shown.setAttribute('data-path', body.getAttribute('data-path'));
    document.documentElement.setAttribute('data-shows', body.getAttribute('data-path'));
    shown.onload = function () { listenTo(shown); };
    listenTo(shown);
    programme.path = body.getAttribute('data-path');
  }
  setInterval(checkSilence, 1000);
  setInterval(function () { fetchPage(function () { /* renews the credential */ }); }, 86400000);
  openStream();
}());
