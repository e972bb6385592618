/* A paired screen: shows what the server says in frames. It loads the next page below the one on top, and lifts it when it is
   painted, so that a switch never flashes. On a screen with one board the page itself is the board, and only takeovers are
   frames above it. Keys of a remote control. ES5 for Chromium 38, like wall.js. */
(function () {
  'use strict';

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }

  var SPREAD_MS = 10000; // the first retries of all screens after a restart
  var MAX_RETRY_MS = 15000;
  var ANSWER_MS = 20000; // a request without an answer by then has failed
  var DEAD_MS = 90000; // a frame without a word from its stream for so long is loaded again
  var EARLY_MS = 10000; // so long before a switch the next page is loaded
  var LOAD_MS = 30000; // a page that is not there by then is loaded again
  var MAX_EVENT_CHARS = 1000000;
  var PAINT_MS = 300; // from the end of loading to the first picture
  var HOLD_MS = 600000;
  var HELP_MS = 10000;
  var LEFT = 37, RIGHT = 39, ENTER = 13, SPACE = 32, QUESTION_MARK = 63;
  var BACK_KEYS = [27, 8, 166, 461, 10009]; // Esc, Backspace, of browsers, webOS, Tizen

  var body = document.body;
  var isShell = !!document.querySelector('.stage'); // else the page is the board
  var stage = document.querySelector('.stage') || document.createElement('div');
  var note = document.querySelector('.note');
  var help = document.querySelector('.help');
  var shade = document.querySelector('.shade');
  var request = new XMLHttpRequest();
  var shown = stage.querySelector('iframe'); // the frame on top
  var waiting = null; // the frame below it, while it loads
  var loadTimer = 0, early = 0, helpTimer = 0, retryTimer = 0, retries = 0, holdTimer = 0, trialTimer = 0;
  var source = null;
  var beatMs = 12000;
  var lastBeatAt = monotonicNow();
  var programme = { path: body.getAttribute('data-path') || '', light: 'full', turn: [] };
  var heldPath = ''; // a person with a remote control holds this page
  var trial = null; // the page of another build, before this one gives way to it
  var isReloading = false;
  var safe = Number(body.getAttribute('data-safe')) || 0; // per cent of each edge that the glass hides

  var lastCommand = '';
  try { lastCommand = sessionStorage.getItem('command') || ''; } catch (error) { /* no storage */ }

  if (window.top !== window) {
    if (isShell) { window.top.location.replace('/tv'); }
    return;
  }
  window.foyerRenews = true; // wall.js leaves it to this script to load another page

  function monotonicNow() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function setText(node, text) { if (node.textContent !== text) { node.textContent = text; } }

  /* Frames. */

  function withTheme(path) { return path + location.search; }

  function readBody(frame) { try { return frame.contentDocument.querySelector('body[data-sheet]'); } catch (error) { return null; } }

  function isPainted(frame) { // an error of the server or the browser, or half a page, never gets on the glass
    var page = readBody(frame), links = page ? frame.contentDocument.querySelectorAll('link[rel=stylesheet]') : [], i;
    for (i = 0; i < links.length; i += 1) { if (!links[i].sheet) { return false; } }
    return !!page && !!frame.contentDocument.querySelector('[data-end]') && !frame.contentDocument.querySelector('script[src]:not([data-ran])');
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
    if (!isShell) { frame.style.height = 100 - 2 * safe + 'vh'; }
    stage.insertBefore(frame, stage.firstChild); // below what is shown
  }

  function checkShown() { // the frame on top: half a page, or one that gets no figures although the server speaks
    var page = shown && readBody(shown), beat = page && page.getAttribute('data-beat');
    if (!shown || waiting || monotonicNow() - lastBeatAt > beatMs * 2) { return; }
    if (shown.hasAttribute('data-painted') ? beat && shown.contentWindow.performance.now() - beat > DEAD_MS : monotonicNow() > LOAD_MS) {
      loadFrame(shown.getAttribute('data-path'));
    }
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
    setLight();
    document.documentElement.setAttribute('data-shows', shown.getAttribute('data-path'));
  }

  function moveEdges() {
    var frames = stage.querySelectorAll('iframe'), i;
    stage.style.left = stage.style.top = safe + '%';
    stage.style.width = 100 - 2 * safe + '%';
    if (isShell) { stage.style.height = 100 - 2 * safe + '%'; return; }
    for (i = 0; i < frames.length; i += 1) { frames[i].style.height = 100 - 2 * safe + 'vh'; }
  }

  function setLight() { // as a person has set it, or by the programme
    var light = heldPath ? 'full' : programme.light, isSet = light !== 'black' && programme.brightness;
    document.documentElement.setAttribute('data-light', light);
    if (isShell) { body.className = 'show ' + light; }
    shade.style.visibility = isSet ? 'visible' : '';
    shade.style.opacity = isSet ? 1 - programme.brightness / 100 : '';
  }

  function wantedPath() { return isShell || programme.takeover ? heldPath || programme.path : ''; }

  function clearStage() {
    dropWaiting();
    if (shown) { stage.removeChild(shown); shown = null; }
    document.documentElement.setAttribute('data-shows', '');
  }

  function update() {
    var path = wantedPath();
    if (note) { setText(note, programme.note || ''); note.hidden = !programme.note; }
    if (!isShell && !path) {
      setLight();
      clearStage(); // the board is below
      if (safe) { reloadWhenServed(); } // in a frame, whose edges can be moved
    } else if (!path && programme.light === 'black') { // nothing works while nobody looks
      setLight();
      clearStage();
    } else if (path && (!shown || shown.getAttribute('data-path') !== path)) {
      loadFrame(path);
      lift();
    } else {
      dropWaiting();
      if (shown) { setLight(); }
    }
  }

  function loadNext() { // the server says when: until then it stays below
    var at = programme.turn.indexOf(programme.path);
    if (!heldPath && at >= 0 && programme.turn.length > 1) { loadFrame(programme.turn[(at + 1) % programme.turn.length]); }
  }

  function readEvent(event, field) { // null for what is not of this server: something in between wrote it
    try {
      var data = event.data.length < MAX_EVENT_CHARS && JSON.parse(event.data);
      return data && field in data ? data : null;
    } catch (error) { return null; }
  }

  function onShow(event) {
    var before = programme, next = readEvent(event, 'turn');
    if (!next) { return; }
    programme = next;
    clearTimeout(early);
    if (programme.left > EARLY_MS + LOAD_MS / 6) { early = setTimeout(loadNext, programme.left - EARLY_MS); }
    if (programme.takeover || !programme.turn.length || before.takeover) { release(); }
    update();
  }

  /* The stream. */

  function onBeat(event) {
    var beat = readEvent(event, 'every'), page = shown && isShell ? readBody(shown) : body;
    if (!beat) { return; }
    lastBeatAt = monotonicNow();
    retries = 0;
    beatMs = beat.every * 1000;
    if (beat.renew === false || programme.takeover) { return; } // it is not the turn of this screen
    if (beat.build !== body.getAttribute('data-build') || (!isShell && page.hasAttribute('data-outdated'))) { tryPage(beat.build); }
    else if (page && page.hasAttribute('data-outdated') && !waiting) { loadFrame(shown.getAttribute('data-path')); }
  }

  function tryPage(build) { // unseen: only when it is painted this page gives way to it
    var path = isShell ? programme.path : '/tv/boards/' + body.getAttribute('data-board');
    if (trial || isReloading) { return; }
    if (!path) { reloadWhenServed(); return; }
    trial = document.createElement('iframe');
    trial.className = 'trial';
    trial.onload = function () { setTimeout(function () { endTrial(build); }, PAINT_MS); };
    trialTimer = setTimeout(dropTrial, LOAD_MS);
    trial.src = withTheme(path);
    stage.insertBefore(trial, stage.firstChild);
  }

  function endTrial(build) {
    var page = trial && readBody(trial), tile = page && page.querySelector('[data-tile]');
    var isGood = page && isPainted(trial) && page.getAttribute('data-build') === build && (!tile || /\S/.test(tile.textContent));
    dropTrial();
    if (isGood) { reloadWhenServed(); }
  }

  function dropTrial() { clearTimeout(trialTimer); if (trial) { stage.removeChild(trial); trial = null; } }

  function onCommand(event) { // a person at the page of this screen
    var command = readEvent(event, 'action'), action = command && command.action;
    if (!command) { return; }
    lastCommand = command.id;
    try { sessionStorage.setItem('command', lastCommand); } catch (error) { /* no storage */ } // also for the next page
    if (action === 'reload') { reloadWhenServed(); }
    else if (action === 'next') { step(1); }
    else if (action === 'back') { step(-1); }
    else if (action === 'pause') { if (wantedPath()) { hold(wantedPath()); } }
    else if (action === 'go on') { endHold(); }
    else if (action === 'safe area') { safe = parseFloat(command.detail) || 0; moveEdges(); }
  }

  function closeStream() { if (source) { source.close(); source = null; } }

  function openStream() {
    retryTimer = 0;
    closeStream();
    if (!window.EventSource) { return; }
    lastBeatAt = monotonicNow();
    source = new EventSource('/tv/show?last=' + lastCommand);
    source.addEventListener('show', onShow);
    source.addEventListener('beat', onBeat);
    source.addEventListener('command', onCommand);
    source.addEventListener('bye', function () { scheduleRetry(); });
    source.onerror = function () {
      scheduleRetry();
      setTimeout(reopenIfServed, Math.random() * 1000);
    };
  }

  function scheduleRetry() { // screens must not all come back at one moment
    closeStream();
    if (retryTimer) { return; }
    retries += 1;
    retryTimer = setTimeout(openStream, retries > 1 ? MAX_RETRY_MS * (0.25 + Math.random() * 0.75) : 500 + Math.random() * SPREAD_MS);
  }

  function fetchPage(answered) { // of a screen, or the page with a code; whatever else answers is no server of ours
    request.onreadystatechange = function () {
      var text = request.readyState === 4 ? request.responseText : '', isCode = text.indexOf('id="glass"') > 0;
      if (request.readyState === 4) { answered(isCode || (request.status === 200 && text.indexOf('data-sheet="') > 0), isCode, text); }
    };
    request.open('GET', '/tv', true);
    request.timeout = ANSWER_MS;
    request.send();
  }

  function reopenIfServed() { // the stream was cut, but the server goes on
    if (isReloading) { return; }
    fetchPage(function (isServed, isCode, text) {
      if (isServed && isShell && text.indexOf('data-sheet="show"') < 0) { location.replace('/tv'); } // wall.js does for a board
      if (!isServed || retries > 1 || !retryTimer) { return; }
      clearTimeout(retryTimer);
      retryTimer = setTimeout(openStream, Math.random() * 1000);
    });
  }

  function reloadWhenServed() { // not into an error page
    isReloading = true;
    fetchPage(function (isServed) {
      if (isServed) { location.reload(); } else { setTimeout(reloadWhenServed, 5000 + Math.random() * 5000); }
    });
  }

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
    else if (code === ENTER || code === SPACE) { if (heldPath) { endHold(); } else if (programme.turn.length > 1) { hold(programme.path); } }
    else if (BACK_KEYS.indexOf(code) >= 0) { showHelp(false); endHold(); }
    else { isHandled = false; }
    if (isHandled) { event.preventDefault(); }
  }

  function onCharacter(event) { if (event.charCode === QUESTION_MARK) { showHelp(help.hidden); } } // on any keyboard

  function listenForKeys(page) {
    page.addEventListener('keydown', onKey);
    page.addEventListener('keypress', onCharacter);
  }

  function listenTo(frame) { try { listenForKeys(frame.contentDocument); } catch (error) { /* gone */ } }

  function addAbove(name, className) {
    var node = document.createElement(name);
    node.className = className;
    return body.appendChild(node);
  }

  if (!isShell) {
    stage.className = 'stage above';
    body.appendChild(stage);
    shade = addAbove('div', 'shade above');
    help = addAbove('p', 'help above');
    help.hidden = true;
    help.textContent = 'One board hangs here: there is none before it, and no next one.';
  }
  moveEdges();
  listenForKeys(document);
  if (shown) {
    shown.setAttribute('data-path', programme.path);
    document.documentElement.setAttribute('data-shows', programme.path);
    shown.onload = function () {
      listenTo(shown);
      if (isPainted(shown)) { shown.setAttribute('data-painted', ''); } else { setTimeout(function () { loadFrame(wantedPath()); }, 5000); }
    };
    listenTo(shown);
  }
  setInterval(function () { checkSilence(); checkShown(); }, 1000);
  openStream();
}());
