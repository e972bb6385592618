/* Desk pages reload their content by themselves, unless somebody types, has selected text or opened a menu, or has paused them.
   Without this script they show when they were rendered, and a link that reloads. */
(function () {
  'use strict';

  var RETRY_SECONDS = 10;
  var secondsLeft = 0;
  var isLoading = false;
  var isOffline = false;
  var isSilent = false; // a reload that nobody requested is not announced
  var openDetails = [];
  var focused = null; // how to find the element with the focus again
  var scrolled = {};
  var isPressing = false;

  function readSetting(name) { try { return localStorage.getItem(name); } catch (error) { return null; } }
  function writeSetting(name, value) { try { localStorage.setItem(name, value); } catch (error) { /* a private window */ } }
  function desk() { return document.getElementById('desk'); }
  function isPaused() { return readSetting('paused') === 'yes'; }
  function areKeysOff() { return readSetting('keys') === 'off'; }
  function isTyping() {
    var element = document.activeElement;
    return !!element && /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName);
  }
  function isSelecting() {
    var selection = window.getSelection();
    return !!selection && !selection.isCollapsed;
  }

  function isMenuOpen() { return !!document.querySelector('#desk .menu[open]'); }
  /** Whether a reload would disturb somebody. */
  function isInUse() { return isTyping() || isSelecting() || isMenuOpen() || isPressing; }

  /** What the page does next. */
  function countdownText() {
    var seconds = Math.max(0, secondsLeft) + '\u00a0s.';
    if (isPaused()) return 'Paused.';
    if (isTyping()) return 'Waits while you type.';
    if (isMenuOpen()) return 'Waits while a menu is open.';
    if (isSelecting()) return 'Waits while text is selected.';
    if (isLoading) return 'Loading…';
    return isOffline ? 'Foyer cannot be reached. Retries in ' + seconds : 'Reloads in ' + seconds;
  }

  function showCountdown() {
    var button = document.getElementById('pause');
    var countdown = document.querySelector('.countdown');
    if (!button || !countdown) return;
    button.hidden = countdown.hidden = false;
    button.textContent = isPaused() ? 'Resume' : 'Pause';
    countdown.textContent = countdownText();
  }

  /** Prepares the content after each load. */
  function start() {
    var content = desk();
    if (!content) return;
    secondsLeft = Number(content.dataset.reload);
    content.querySelectorAll('time[datetime]').forEach(function (time) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString('en-GB');
    });
    content.querySelectorAll('details').forEach(function (each) { each.open = openDetails.indexOf(each.id) >= 0 || each.open; });
    content.querySelectorAll('#full').forEach(function (button) { button.hidden = !document.fullscreenEnabled; });
    showShortcut(content);
    showCountdown();
  }

  /** Shortcuts of one character can be turned off, all together (WCAG 2.1.4). */
  function showShortcut(content) {
    var hint = content.querySelector('.keys');
    if (!hint) return;
    hint.hidden = false;
    hint.textContent = areKeysOff() ? '' : 'Press / to search. ';
    var button = document.createElement('button');
    button.type = 'button';
    button.id = 'keys';
    button.className = 'plain';
    button.textContent = areKeysOff() ? 'Turn the keys on' : 'Turn all keys off';
    hint.appendChild(button);
  }

  function reload() {
    isLoading = isSilent = true;
    showCountdown();
    window.htmx.ajax('GET', location.href, {source: desk(), target: '#desk', select: '#desk', swap: 'outerHTML'});
  }

  function tick() {
    if (!desk() || isPaused() || document.hidden || isLoading || isInUse()) { showCountdown(); return; }
    secondsLeft -= 1;
    if (secondsLeft <= 0) reload(); else showCountdown();
  }

  function toggleFullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.querySelector('main').requestFullscreen();
  }

  document.addEventListener('click', function (event) {
    var button = event.target.closest('button');
    if (!button) return;
    if (button.id === 'pause') { writeSetting('paused', isPaused() ? 'no' : 'yes'); showCountdown(); }
    if (button.id === 'keys') { writeSetting('keys', areKeysOff() ? 'on' : 'off'); showShortcut(desk()); document.getElementById('keys').focus(); }
    if (button.id === 'full') toggleFullScreen();
  });

  /** Remembers focus, scroll positions and what is open, so that a reload disturbs nobody. */
  function remember() {
    var element = document.activeElement;
    focused = desk() && desk().contains(element) ? {id: element.id, href: element.getAttribute('href')} : null;
    openDetails = Array.from(document.querySelectorAll('details[open]:not(.menu)')).map(function (each) { return each.id; });
    scrolled = {page: window.scrollY};
    document.querySelectorAll('#desk [id]').forEach(function (each) {
      if (each.scrollLeft || each.scrollTop) scrolled[each.id] = [each.scrollLeft, each.scrollTop];
    });
    if (isSilent) document.body.style.minHeight = document.documentElement.scrollHeight + 'px'; // until the chart is drawn
  }

  /** Restores what a reload that nobody requested would change; after a click only the focus. */
  function restore() {
    Object.keys(scrolled).forEach(function (id) {
      var element = document.getElementById(id);
      if (!element || !isSilent) return;
      element.scrollLeft = scrolled[id][0];
      element.scrollTop = scrolled[id][1];
    });
    if (isSilent) window.scrollTo(window.scrollX, scrolled.page);
    setTimeout(function () { document.body.style.minHeight = ''; }, 1500);
    if (!focused || document.activeElement !== document.body) return;
    var links = Array.from(document.querySelectorAll('#desk a'));
    var same = document.getElementById(focused.id) || links.find(function (link) { return focused.href && link.getAttribute('href') === focused.href; });
    var element = same || document.getElementById('rows'); // its link is gone
    if (element) element.focus({preventScroll: true});
  }

  document.addEventListener('htmx:beforeSwap', function (event) {
    if (isSilent && isInUse()) { event.detail.shouldSwap = isSilent = false; return; }
    remember();
    if (event.detail.xhr.status === 400) event.detail.shouldSwap = true; // wrong days: the page says so, with the form
    if (event.detail.xhr.responseText.indexOf('id="desk"') < 0) { // signed out, or an error: shown as a page
      event.detail.shouldSwap = false;
      if (!isLoading || event.detail.xhr.status < 500) location.assign(event.detail.pathInfo.finalRequestPath);
    }
  });
  document.addEventListener('htmx:afterSettle', function () {
    var announcement = document.getElementById('announcement');
    var count = document.querySelector('.count');
    if (announcement && !isSilent) announcement.textContent = count ? count.textContent.trim() : 'Loaded.';
    start();
    restore();
    isSilent = false;
  });
  document.addEventListener('htmx:sendError', function () { isOffline = true; secondsLeft = RETRY_SECONDS; });
  document.addEventListener('htmx:afterRequest', function (event) {
    isLoading = false;
    isOffline = isOffline && !event.detail.successful;
    secondsLeft = secondsLeft > 0 ? secondsLeft : RETRY_SECONDS;
    showCountdown();
  });

  document.addEventListener('focusin', showCountdown);
  document.addEventListener('toggle', showCountdown, true);
  document.addEventListener('pointerdown', function () { isPressing = true; });
  ['pointerup', 'pointercancel'].forEach(function (name) { window.addEventListener(name, function () { isPressing = false; }); });
  start();
  setInterval(tick, 1000);
})();
