/* The script of a wall: reads the stream, replaces tiles, updates ages, shows when the server is gone, and reloads.
   ES5 for Chromium 38: no promises, no fetch, no arrow functions. The clock of a television is never used. */
(function () {
  'use strict';

  var DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  var MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  var SPREAD_MS = 10000; // the first retries of all walls after a restart; a thousand must not reconnect at one moment
  var OUTDATED_MS = 43200000; // 12 h: figures of a server that is gone for longer, or since another day, are hidden
  var MAX_RETRY_MS = 15000;
  var ANSWER_MS = 20000; // a request without an answer by then has failed
  var AGES_MS = 5000;
  var MAX_EVENT_CHARS = 1000000; // no tile is nearly as large
  var JUMP_MS = 5000; // a longer tick: the television slept
  var FROM_THEN = 'All figures are from then.';

  var body = document.body;
  // The URL of the stream, and the id of the last event that is in this page:
  var streamParts = (body.getAttribute('data-stream') || '').split('?last=');
  if (!streamParts[0] || !window.EventSource) { return; }

  var tiles = {};
  var ages = document.getElementsByClassName('age'); // live
  var clock = document.querySelector('.clock');
  var banner = document.querySelector('.banner');
  var bannerLoss = document.querySelector('.banner .loss');
  var bannerRest = document.querySelector('.banner .rest');
  var lossTimes = document.getElementsByClassName('lost-at'); // live; shown while the server is gone
  var signInLink = document.createElement('a');
  var statusElement = document.querySelector('.status .word');
  var periodElement = document.querySelector('.colophon .period');
  var inertDocument = document.implementation.createHTMLDocument(''); // nothing in it loads or runs
  var request = new XMLHttpRequest(); // reused: televisions do not always free new ones

  var source = null;
  var streamUrl = streamParts[0];
  var lastEventId = streamParts[1] || '';
  var beatInterval = 4000; // ms between two beats
  var retries = 0; // since the last beat
  var retryTimer = 0;
  var isReloading = false;
  var isSignedOut = false; // the server answers, but wants somebody to sign in
  var isBoardGone = false; // the server answers, but no longer with this board
  var lastBeatAt = monotonicNow();
  var streamOpenedAt = lastBeatAt;
  var streamBeatAt = lastBeatAt; // lastBeatAt counts pages too
  var nextPollAt = 0;
  var tickAt = lastBeatAt, tickTime = Date.now(), sleptMs = 0;
  var agesAt = 0; // monotonic; when ages and clock were last updated, and for which minute
  var agesMinute = 0;
  var shownStatus = ''; // of the last beat
  var serverTime = Number(body.getAttribute('data-now')) || Date.now();
  var offset = Number(body.getAttribute('data-offset')) || 0; // minutes, of the board's zone at serverTime
  var zoneFormat = makeZoneFormat(body.getAttribute('data-zone'));

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); } // see watchdog.js

  function monotonicNow() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function serverNow() { return serverTime + monotonicNow() - lastBeatAt; }

  function padTwo(number) { return (number < 10 ? '0' : '') + number; }

  function makeZoneFormat(zone) { // null in browsers that do not know the zone
    try {
      return zone ? new Intl.DateTimeFormat('en-US', { timeZone: zone, hour12: false, year: 'numeric', month: 'numeric',
        day: 'numeric', hour: 'numeric', minute: 'numeric' }) : null;
    } catch (error) { return null; }
  }

  function zoneOffset(time) { // minutes, by the browser's own table of zones
    var minute = Math.floor(time / 60000);
    var parts = zoneFormat.format(new Date(time)).match(/\d+/g) || [];
    return Date.UTC(parts[2], parts[0] - 1, parts[1], parts[3] % 24, parts[4]) / 60000 - minute;
  }

  function offsetAt(time) { // the server's, moved by the change of the clock since then, if the browser has the zone right
    if (!zoneFormat || zoneOffset(serverTime) !== offset) { return offset; }
    return zoneOffset(time);
  }

  function toLocal(time) { return new Date(time + offsetAt(time) * 60000); } // read with getUTC…

  function formatTime(time) { var at = toLocal(time); return padTwo(at.getUTCHours()) + ':' + padTwo(at.getUTCMinutes()); }

  function formatDay(time) {
    var at = toLocal(time);
    return DAYS[at.getUTCDay()] + ' ' + at.getUTCDate() + ' ' + MONTHS[at.getUTCMonth()];
  }

  function formatAge(seconds) {
    if (seconds < 3600) { return Math.max(1, Math.floor(seconds / 60)) + ' min'; }
    if (seconds < 172800) { return Math.floor(seconds / 3600) + ' h'; }
    return Math.floor(seconds / 86400) + ' days';
  }

  function setText(node, text) { if (node && node.textContent !== text) { node.textContent = text; } }

  function updateAges() {
    var time = serverNow();
    for (var i = 0; i < ages.length; i += 1) {
      setText(ages[i], formatAge(time / 1000 - Number(ages[i].getAttribute('data-taken'))));
    }
    for (i = 0; i < lossTimes.length; i += 1) { setText(lossTimes[i], formatTime(serverTime)); }
    setText(clock, formatDay(time) + ' ' + formatTime(time));
    agesAt = monotonicNow();
    agesMinute = Math.floor(time / 60000);
  }

  function updateAgesIfDue() { // they have minutes, and formatting them costs a weak processor more than all else of a tick
    if (Math.floor(serverNow() / 60000) !== agesMinute || monotonicNow() - agesAt > AGES_MS) { updateAges(); }
  }

  /* Replacing tiles: nodes stay and their text changes, so that memory does not grow over weeks. */

  function syncAttributes(old, updated) {
    var i, name;
    for (i = old.attributes.length - 1; i >= 0; i -= 1) {
      name = old.attributes[i].name;
      if (!updated.hasAttribute(name)) { old.removeAttribute(name); }
    }
    for (i = 0; i < updated.attributes.length; i += 1) {
      name = updated.attributes[i].name;
      if (old.getAttribute(name) !== updated.attributes[i].value) { old.setAttribute(name, updated.attributes[i].value); }
    }
  }

  function isSameKind(old, updated) {
    return old.nodeType === updated.nodeType && old.nodeName === updated.nodeName;
  }

  function morphNode(old, updated) {
    var a = old.firstChild, b = updated.firstChild, next, following;
    syncAttributes(old, updated);
    while (b) {
      next = b.nextSibling;
      following = a && a.nextSibling;
      if (!a) { old.appendChild(b); }
      else if (!isSameKind(a, b)) { old.replaceChild(b, a); }
      else if (a.nodeType === 1) { morphNode(a, b); }
      else if (a.nodeValue !== b.nodeValue) { a.nodeValue = b.nodeValue; }
      a = following;
      b = next;
    }
    while (a) { following = a.nextSibling; old.removeChild(a); a = following; }
  }

  function replaceContent(node, html) {
    inertDocument.body.innerHTML = html;
    if (inertDocument.body.firstElementChild) { morphNode(node, inertDocument.body.firstElementChild); }
    inertDocument.body.textContent = '';
  }

  function showTile(update) {
    if (tiles[update.tile]) { replaceContent(tiles[update.tile], update.html); }
    updateAges();
  }

  function readEvent(event, field, type) { // null for what is not of this server: something in between wrote it
    try {
      var data = event.data.length < MAX_EVENT_CHARS && JSON.parse(event.data);
      return data && typeof data[field] === type ? data : null;
    } catch (error) { return null; }
  }

  /* The stream. */

  function recordBeat(time) {
    lastBeatAt = monotonicNow();
    body.setAttribute('data-beat', lastBeatAt); // beat.js reports its age
    serverTime = time;
    sleptMs = 0;
    isBoardGone = isSignedOut = false;
    hideLoss();
  }

  function onTile(event) {
    var update = readEvent(event, 'html', 'string');
    if (!update) { return; }
    lastEventId = event.lastEventId || lastEventId;
    showTile(update);
  }

  function onBeat(event) {
    var beat = readEvent(event, 'now', 'number');
    if (!beat) { return; }
    streamBeatAt = monotonicNow();
    retries = 0;
    beatInterval = beat.every * 1000;
    offset = beat.offset;
    recordBeat(beat.now);
    if (statusElement && beat.status !== shownStatus) { replaceContent(statusElement, beat.status); }
    shownStatus = beat.status;
    setText(periodElement, beat.period ? ' · ' + beat.period : '');
    updateAgesIfDue();
    if (beat.sheet !== body.getAttribute('data-sheet') || beat.build !== body.getAttribute('data-build')) { renew(); }
  }

  function openStream() {
    retryTimer = 0;
    closeStream();
    streamOpenedAt = monotonicNow();
    source = new EventSource(streamUrl + '?last=' + encodeURIComponent(lastEventId));
    source.addEventListener('tile', onTile);
    source.addEventListener('beat', onBeat);
    source.addEventListener('reload', renew);
    source.addEventListener('bye', onBye);
    source.onerror = onStreamError; // the browser's own retries do not back off, and end at an error status
  }

  function closeStream() { if (source) { source.close(); source = null; } }

  function scheduleRetry(delay) {
    closeStream();
    if (retryTimer) { return; }
    retries += 1;
    if (!delay) {
      delay = retries > 1 ? MAX_RETRY_MS * (0.25 + Math.random() * 0.75) : 500 + Math.random() * SPREAD_MS;
    }
    retryTimer = setTimeout(openStream, delay);
  }

  function onBye() { // a word too, the last one
    recordBeat(serverNow());
    scheduleRetry();
  }

  function onStreamError() { // does not say why: the page does
    var hadBeat = streamBeatAt > streamOpenedAt;
    scheduleRetry();
    if (isReloading) { return; }
    if (sleptMs) { lastBeatAt -= sleptMs; sleptMs = 0; } // a clock that stood still, and nobody to say what time it is
    setTimeout(function () {
      fetchPage(function (code, served, text) {
        var boot = lastEventId.split('-')[0];
        if (code === 401) { showSignedOut(); }
        if (code !== 200 || !served) { return; }
        showPage(text); // or another one, which this screen shows now
        if (hadBeat && retryTimer && boot === lastEventId.split('-')[0]) { // the stream was cut, but the server goes on
          clearTimeout(retryTimer);
          retryTimer = setTimeout(openStream, 100 + Math.random() * 900);
        }
      });
    }, Math.random() * 1000);
  }

  /* Without beats, or with a newer page. */

  function showLoss(loss, rest) { // the sheet turns grey; on another day, or after hours, its figures go
    var now = serverNow(), isOutdated = now - serverTime > OUTDATED_MS || formatDay(now) !== formatDay(serverTime);
    setClass('offline', true);
    setClass('outdated', isOutdated);
    if (!banner) { return; }
    if (signInLink.parentNode) { banner.removeChild(signInLink); }
    setText(bannerLoss, loss);
    setText(bannerRest, isOutdated && rest === FROM_THEN ? '' : rest);
    banner.hidden = false;
    if (statusElement) { statusElement.hidden = true; } // it may be out of date
  }

  function hideLoss() {
    setClass('offline', false);
    setClass('outdated', false);
    if (banner) { banner.hidden = true; }
    if (statusElement) { statusElement.hidden = false; }
  }

  function setClass(name, isSet) {
    if (body.classList.contains(name) !== isSet) { body.classList.toggle(name); }
  }

  function formatLoss() { // the time of the last beat, with the day where it was another
    return (formatDay(serverNow()) === formatDay(serverTime) ? '' : formatDay(serverTime) + ' ') + formatTime(serverTime);
  }

  function showPairing() { // a television that is paired stays signed in
    request.onreadystatechange = function () {
      if (request.readyState === 4 && request.status === 200 && /id="glass"|data-sheet="/.test(request.responseText)) {
        window.top.location.replace('/tv?from=' + encodeURIComponent(location.pathname + location.search));
      }
    };
    request.open('GET', '/tv', true);
    request.timeout = ANSWER_MS;
    request.send();
  }

  function showSignedOut() {
    showPairing();
    if (isSignedOut && banner && !banner.hidden) { return; }
    isSignedOut = true;
    showLoss('Signed out.', 'Figures are as of ' + formatLoss() + '. ');
    if (banner) {
      signInLink.href = '/login-page?next=' + encodeURIComponent(location.pathname + location.search);
      setText(signInLink, 'Sign in on this screen to go on.');
      banner.appendChild(signInLink);
    }
  }

  function fetchPage(answered) {
    request.onreadystatechange = function () {
      var text = request.readyState === 4 ? request.responseText : '';
      if (request.readyState !== 4) { return; }
      if (text.indexOf('id="glass"') > 0) { window.top.location.replace('/tv'); return; } // this screen was unpaired
      answered(request.status, text.indexOf('data-sheet="') > 0, text);
    };
    request.open('GET', location.href, true);
    request.timeout = ANSWER_MS;
    request.send();
  }

  function renew() { // the page has changed: show.js of a paired screen loads it when it is this screen's turn
    if (!window.top.foyerRenews) { reload(); }
    body.setAttribute('data-outdated', '');
  }

  function reload() {
    if (isReloading) { return; }
    isReloading = true;
    setTimeout(reloadWhenServed, Math.random() * 5000); // not all walls at once
  }

  function reloadWhenServed() { // never reload into an error page: nobody is there to fix it
    fetchPage(function (code, served, text) {
      if (served && code === 200) {
        isReloading = isOtherPage(text); // else an old process answers: the next beat says more
        if (isReloading) { location.reload(); }
        return;
      }
      if (code === 401) { showSignedOut(); }
      setTimeout(reloadWhenServed, 5000 + Math.random() * 5000);
    });
  }

  function checkSilence() {
    var now = monotonicNow(), silence = now - lastBeatAt, limit = beatInterval * 2.25;
    if (source && now - Math.max(streamOpenedAt, streamBeatAt) > limit) { scheduleRetry(); } // no error tells
    if (silence < beatInterval * 1.5) { return; }
    if (now >= nextPollAt) { pollPage(); }
    if (silence < limit || isSignedOut) { return; }
    showLoss((isBoardGone ? 'This board was removed from the server at ' : 'No word from the server since ') +
      formatLoss() + '.', FROM_THEN);
  }

  function pollPage() { // a proxy that buffers streams still delivers pages
    if (isReloading || request.readyState % 4) { return; } // one is on its way
    nextPollAt = monotonicNow() + beatInterval * (1.5 + Math.random() / 4);
    fetchPage(function (code, served, text) {
      if (code === 401) { showSignedOut(); return; }
      isSignedOut = false;
      isBoardGone = code >= 200 && code < 500 && !served;
      if (served && code === 200) { showPage(text); }
    });
  }

  function checkSleep() { // timers that jump: the stream is dead, and says nothing
    var now = monotonicNow(), time = Date.now(), gap = now - tickAt, jump = time - tickTime - gap;
    tickAt = now;
    tickTime = time;
    if (gap < JUMP_MS && jump < JUMP_MS) { return; }
    if (now - lastBeatAt < beatInterval * 2 && jump < JUMP_MS) { return; } // only a slow timer
    sleptMs = jump < JUMP_MS ? 0 : jump;
    clearTimeout(retryTimer);
    openStream();
  }

  function pageAttribute(text, name) { return (text.match(new RegExp(' data-' + name + '="([^"]*)"')) || [])[1] || ''; }

  function isOtherPage(text) { // another board, an edited one, or another build
    return pageAttribute(text, 'sheet') !== body.getAttribute('data-sheet') ||
      pageAttribute(text, 'build') !== body.getAttribute('data-build');
  }

  function showPage(text) { // instead of the stream: the tiles and the time of a page
    if (pageAttribute(text, 'board') !== body.getAttribute('data-board')) { reload(); return; }
    if (isOtherPage(text)) { renew(); return; }
    inertDocument.body.innerHTML = text;
    var nodes = inertDocument.querySelectorAll('[data-tile]'), status = inertDocument.querySelector('.status .word');
    for (var i = 0; i < nodes.length; i += 1) {
      if (tiles[nodes[i].getAttribute('data-tile')]) { morphNode(tiles[nodes[i].getAttribute('data-tile')], nodes[i]); }
    }
    if (statusElement && status) { morphNode(statusElement, status); }
    shownStatus = '';
    var period = inertDocument.querySelector('.colophon .period');
    if (periodElement && period) { morphNode(periodElement, period); }
    inertDocument.body.textContent = '';
    lastEventId = pageAttribute(text, 'stream').split('?last=')[1] || lastEventId;
    offset = Number(pageAttribute(text, 'offset')) || 0;
    recordBeat(Number(pageAttribute(text, 'now')) || serverNow());
    updateAges();
  }

  /* The cursor. */

  function hideCursor() {
    body.style.cursor = 'none';
  }

  function showCursor() {
    body.style.cursor = 'default';
    clearTimeout(showCursor.timer);
    showCursor.timer = setTimeout(hideCursor, 3000);
  }

  function start() {
    var nodes = document.querySelectorAll('[data-tile]');
    for (var i = 0; i < nodes.length; i += 1) { tiles[nodes[i].getAttribute('data-tile')] = nodes[i]; }
    document.addEventListener('mousemove', showCursor);
    setInterval(function () { checkSleep(); checkSilence(); updateAgesIfDue(); }, 1000);
    openStream();
  }

  start();
}());
