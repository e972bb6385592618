/* Pages at desks look again by themselves, unless somebody reads on, types, or has asked them not to.
   Without this script they say when they were made, and have a link. */
(function () {
  'use strict';

  var left = 0;
  var asking = false;
  var open = [];
  var focused = '';
  var cut = false;
  var quietly = false; // nobody asked for what comes, so it is not read out

  function kept(name) { try { return localStorage.getItem(name); } catch (error) { return null; } }
  function keep(name, value) { try { localStorage.setItem(name, value); } catch (error) { /* a private window */ } }
  function desk() { return document.getElementById('desk'); }
  function paused() { return kept('paused') === 'yes'; }
  function keysOff() { return kept('keys') === 'off'; }
  function typing() {
    var at = document.activeElement;
    return !!at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
  }
  function selecting() {
    var chosen = window.getSelection();
    return !!chosen && !chosen.isCollapsed;
  }

  /** Says in words what the page is about to do. */
  function say() {
    var button = document.getElementById('pause');
    var words = document.querySelector('.countdown');
    if (!button || !words) return;
    button.hidden = words.hidden = false;
    button.textContent = paused() ? 'Go on' : 'Pause';
    words.textContent = paused() ? 'Paused.' : typing() ? 'Waiting until you have typed.' :
      asking ? 'Asking…' : cut ? 'Foyer cannot be reached. Tries again in ' + Math.max(0, left) + '\u00a0s.' : 'Renews itself in ' + Math.max(0, left) + '\u00a0s.';
  }

  function begin() {
    var page = desk();
    if (!page) return;
    left = Number(page.dataset.reload);
    page.querySelectorAll('time[datetime]').forEach(function (time) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString('en-GB');
    });
    page.querySelectorAll('details').forEach(function (each) { each.open = open.indexOf(each.id) >= 0 || each.open; });
    page.querySelectorAll('#full').forEach(function (button) { button.hidden = !document.fullscreenEnabled; });
    shortcuts(page);
    say();
  }

  /** A key of one character can be turned off (WCAG 2.1.4). */
  function shortcuts(page) {
    var words = page.querySelector('.keys');
    if (!words) return;
    words.hidden = false;
    words.textContent = keysOff() ? '' : 'Press / to search. ';
    var button = document.createElement('button');
    button.type = 'button';
    button.id = 'keys';
    button.className = 'plain';
    button.textContent = keysOff() ? 'Turn the key / on' : 'Turn this key off';
    words.appendChild(button);
  }

  function again() {
    asking = quietly = true;
    say();
    window.htmx.ajax('GET', location.href, {source: desk(), target: '#desk', select: '#desk', swap: 'outerHTML'});
  }

  function tick() {
    if (!desk() || paused() || document.hidden || asking || typing() || selecting()) { say(); return; }
    left -= 1;
    if (left <= 0) again(); else say();
  }

  function fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.querySelector('main').requestFullscreen();
  }

  document.addEventListener('click', function (event) {
    var button = event.target.closest('button');
    if (!button) return;
    if (button.id === 'pause') { keep('paused', paused() ? 'no' : 'yes'); say(); }
    if (button.id === 'keys') { keep('keys', keysOff() ? 'on' : 'off'); shortcuts(desk()); document.getElementById('keys').focus(); }
    if (button.id === 'full') fullScreen();
  });

  document.addEventListener('keydown', function (event) {
    var search = document.getElementById('q');
    if (event.key === '/' && search && !typing() && !keysOff() && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    }
    if (event.key === 'Escape') {
      if (typing()) document.activeElement.blur();
      document.querySelectorAll('details[open]').forEach(function (each) { each.open = false; });
    }
  });

  document.addEventListener('htmx:beforeSwap', function (event) {
    focused = desk() && desk().contains(document.activeElement) ? document.activeElement.id : '';
    open = Array.from(document.querySelectorAll('details[open]')).map(function (each) { return each.id; });
    if (event.detail.xhr.responseText.indexOf('id="desk"') < 0) { // signed out, or refused: shown whole
      event.detail.shouldSwap = false;
      if (!asking || event.detail.xhr.status < 500) location.assign(event.detail.pathInfo.finalRequestPath);
    }
  });
  document.addEventListener('htmx:afterSettle', function () {
    var told = document.getElementById('told');
    var count = document.querySelector('.count');
    if (told && !quietly) told.textContent = count ? count.firstChild.textContent : 'Shown.';
    quietly = false;
    begin();
    var region = document.querySelector('#desk .across');
    if (focused && region && document.activeElement === document.body) region.focus(); // its link is gone
  });
  document.addEventListener('htmx:sendError', function () { cut = true; left = 10; });
  document.addEventListener('htmx:afterRequest', function (event) {
    asking = false;
    cut = cut && !event.detail.successful;
    left = left > 0 ? left : 10;
    say();
  });

  document.addEventListener('focusin', say);
  begin();
  setInterval(tick, 1000);
})();
