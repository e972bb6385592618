/* Foyer's wall: open the stream, swap a tile, count the ages, say when the server is gone, reload when told.
   ES5 for Chromium 38: no promises, no fetch, no arrow functions. No Date is trusted: televisions lie about the time. */
(function () {
  'use strict';

  var DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  var MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  var FIRST_WAIT = 4000; // ms before the server is tried again, and between two attempts at most;
  var LONGEST_WAIT = 15000; // a quarter of it is sure, the rest is chance: a thousand walls must not return as one
  var DRIFT = 8; // px, against burn-in

  var body = document.body;
  var stream = (body.getAttribute('data-stream') || '').split('?last='); // where, and how far this page has heard
  if (!stream[0] || !window.EventSource) { return; }

  var tiles = {};
  var ages = document.getElementsByClassName('age'); // live
  var clock = document.querySelector('.clock');
  var banner = document.querySelector('.banner');
  var word = document.querySelector('.status .word');
  var drifting = document.querySelectorAll('.sheet, .footer, .banner');
  var workshop = document.implementation.createHTMLDocument(''); // inert: nothing in it loads or runs
  var request = new XMLHttpRequest(); // one for ever: new ones are not always freed on televisions

  var source = null;
  var address = stream[0];
  var last = stream[1] || '';
  var every = 12000; // ms between two beats
  var wait = 0;
  var knocking = 0;
  var reloading = false;
  var refused = false; // the server is there, but has another answer than this board
  var said = ''; // what the banner says
  var heardAt = steady();
  var openedAt = heardAt;
  var serverTime = Number(body.getAttribute('data-now')) || Date.now();
  var offset = Number(body.getAttribute('data-offset')) || 0; // minutes, of the board's zone
  var minutes = 0;

  function steady() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function now() { return serverTime + steady() - heardAt; }

  function two(number) { return (number < 10 ? '0' : '') + number; }

  function local(time) { return new Date(time + offset * 60000); } // read with getUTC…

  function hour(time) { var at = local(time); return two(at.getUTCHours()) + ':' + two(at.getUTCMinutes()); }

  function day(time) {
    var at = local(time);
    return DAYS[at.getUTCDay()] + ' ' + at.getUTCDate() + ' ' + MONTHS[at.getUTCMonth()];
  }

  function ago(seconds) {
    if (seconds < 60) { return 'now'; }
    if (seconds < 3600) { return Math.floor(seconds / 60) + ' min'; }
    if (seconds < 172800) { return Math.floor(seconds / 3600) + ' h'; }
    return Math.floor(seconds / 86400) + ' days';
  }

  function write(node, text) { if (node && node.textContent !== text) { node.textContent = text; } }

  function count() {
    var time = now();
    for (var i = 0; i < ages.length; i += 1) {
      write(ages[i], ago(time / 1000 - Number(ages[i].getAttribute('data-taken'))));
    }
    write(clock, day(time) + ' ' + hour(time));
  }

  /* Swapping: nodes stay and their text changes, so that nothing piles up over weeks. */

  function dress(old, fresh) {
    var i, name;
    for (i = old.attributes.length - 1; i >= 0; i -= 1) {
      name = old.attributes[i].name;
      if (!fresh.hasAttribute(name)) { old.removeAttribute(name); }
    }
    for (i = 0; i < fresh.attributes.length; i += 1) {
      name = fresh.attributes[i].name;
      if (old.getAttribute(name) !== fresh.attributes[i].value) { old.setAttribute(name, fresh.attributes[i].value); }
    }
  }

  function alike(old, fresh) {
    return old.nodeType === fresh.nodeType && old.nodeName === fresh.nodeName;
  }

  function renew(old, fresh) {
    var a = old.firstChild, b = fresh.firstChild, next, beyond;
    dress(old, fresh);
    while (b) {
      next = b.nextSibling;
      beyond = a && a.nextSibling;
      if (!a) { old.appendChild(b); }
      else if (!alike(a, b)) { old.replaceChild(b, a); }
      else if (a.nodeType === 1) { renew(a, b); }
      else if (a.nodeValue !== b.nodeValue) { a.nodeValue = b.nodeValue; }
      a = beyond;
      b = next;
    }
    while (a) { beyond = a.nextSibling; old.removeChild(a); a = beyond; }
  }

  function put(node, html) {
    workshop.body.innerHTML = html;
    renew(node, workshop.body.firstElementChild);
    workshop.body.textContent = '';
  }

  function swap(news) {
    if (tiles[news.tile]) { put(tiles[news.tile], news.html); }
    count();
  }

  /* The stream. */

  function heard(time) {
    heardAt = steady();
    serverTime = time;
    wait = 0;
    refused = false;
    say('');
  }

  function onTile(event) {
    last = event.lastEventId || last;
    swap(JSON.parse(event.data));
  }

  function onBeat(event) {
    var beat = JSON.parse(event.data);
    every = beat.every * 1000;
    offset = beat.offset;
    heard(beat.now);
    if (word) { put(word, beat.status); }
    count();
    if (beat.sheet !== body.getAttribute('data-sheet') || beat.build !== body.getAttribute('data-build')) { reload(); }
  }

  function open() {
    knocking = 0;
    shut();
    openedAt = steady();
    source = new EventSource(address + '?last=' + encodeURIComponent(last));
    source.addEventListener('tile', onTile);
    source.addEventListener('beat', onBeat);
    source.addEventListener('reload', reload);
    source.addEventListener('bye', again);
    source.onerror = again; // the browser's own attempts neither back off nor survive a refusal
  }

  function shut() { if (source) { source.close(); source = null; } }

  function again() {
    shut();
    if (knocking) { return; }
    wait = Math.min(LONGEST_WAIT, wait ? wait * 2 : FIRST_WAIT);
    knocking = setTimeout(open, wait * (0.25 + Math.random() * 0.75));
  }

  /* When there is no word, or another page. */

  function say(text) {
    if (text === said || !banner) { return; }
    said = text;
    write(banner, text);
    banner.hidden = !text;
    if (word) { word.hidden = !!text; } // it was true when there was word
  }

  function ask(answered) {
    request.onreadystatechange = function () {
      if (request.readyState === 4) { answered(request.status, request.responseText.indexOf('data-sheet="') > 0); }
    };
    request.open('GET', location.href, true);
    request.send();
  }

  function reload() {
    if (reloading) { return; }
    reloading = true;
    setTimeout(probe, Math.random() * 5000); // not all walls in one breath
  }

  function probe() { // never reload into an error page: nobody stands there to mend it
    ask(function (code, served) {
      if (served && code === 200) { location.reload(); } else { setTimeout(probe, 5000 + Math.random() * 5000); }
    });
  }

  function silence() {
    if (steady() - heardAt < every * 2.5) { return; }
    say((refused ? 'The server no longer shows this board here since ' : 'No word from the server since ') +
      hour(serverTime) + '. Figures are as of then.');
    if (source && steady() - openedAt > every * 2.5) { again(); } // a dead line gives no error
  }

  function detour() { // a proxy that holds streams back still lets pages through
    if (!said || reloading) { return; }
    ask(function (code, served) {
      refused = code >= 200 && code < 500 && !served;
      if (said && served && code === 200) { location.reload(); }
    });
  }

  /* Care for the panel. */

  function drift() {
    minutes += 1;
    var x = Math.round(DRIFT * Math.sin(minutes * 0.7)), y = Math.round(DRIFT * Math.sin(minutes * 1.1));
    for (var i = 0; i < drifting.length; i += 1) { drifting[i].style.transform = 'translate(' + x + 'px,' + y + 'px)'; }
  }

  function hush() {
    body.style.cursor = 'none';
  }

  function stir() {
    body.style.cursor = 'default';
    clearTimeout(stir.timer);
    stir.timer = setTimeout(hush, 3000);
  }

  function start() {
    var found = document.querySelectorAll('[data-tile]');
    for (var i = 0; i < found.length; i += 1) { tiles[found[i].getAttribute('data-tile')] = found[i]; }
    if (!(window.matchMedia && matchMedia('(prefers-reduced-motion: reduce)').matches)) {
      for (i = 0; i < drifting.length; i += 1) { drifting[i].style.transition = 'transform 2s ease-in-out'; }
    }
    document.addEventListener('mousemove', stir);
    setInterval(function () { count(); silence(); }, 1000);
    setInterval(drift, 60000);
    setInterval(detour, 60000 + Math.random() * 10000);
    open();
  }

  start();
}());
