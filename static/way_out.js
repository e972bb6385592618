/* Shows the way out of a wall when somebody moves a pointer, touches, or presses Tab or an arrow key; hides it again.
   ES5 for Chromium 38. A kiosk (`?kiosk`, or a screen without a pointer) never shows it. */
(function () {
  'use strict';

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }

  var SHOWN_MS = 4000; // after the last movement
  var TAB = 9, ESCAPE = 27, LEFT = 37, DOWN = 40;

  var body = document.body;
  var bar = document.querySelector('.way-out');
  if (!bar) { return; }

  var keys = bar.querySelector('.keys');
  var keysButton = bar.querySelector('[data-does=keys]');
  var fullButton = bar.querySelector('[data-does=full]');
  var root = document.documentElement;
  var requestFullScreen = root.requestFullscreen || root.webkitRequestFullscreen;
  var exitFullScreen = document.exitFullscreen || document.webkitExitFullscreen;
  var hideTimer = 0;
  var isPointerInside = false;
  var lastPlace = '';

  function isKiosk() {
    return /[?&]kiosk([=&]|$)/.test(location.search) || (!!window.matchMedia && matchMedia('(pointer: none)').matches);
  }

  function areKeysOff() { // WCAG 2.1.4, as at a desk
    try { return localStorage.getItem('keys') === 'off'; } catch (error) { return false; }
  }

  function isInUse() { return isPointerInside || bar.contains(document.activeElement); }

  function hideBar() {
    clearTimeout(hideTimer);
    bar.classList.remove('shown');
    body.classList.remove('leaving');
    isPointerInside = false;
  }

  function hideWhenUnused() { if (isInUse()) { waitToHide(); } else { hideBar(); } }

  function waitToHide() {
    clearTimeout(hideTimer);
    hideTimer = setTimeout(hideWhenUnused, SHOWN_MS);
  }

  function showBar() {
    bar.classList.add('shown');
    body.classList.add('leaving');
    waitToHide();
  }

  function closeBar() {
    if (bar.contains(document.activeElement)) { document.activeElement.blur(); }
    hideBar();
  }

  function toggleKeys() {
    showBar();
    keys.hidden = !keys.hidden;
    keysButton.setAttribute('aria-expanded', String(!keys.hidden));
  }

  function toggleFullScreen() {
    if (document.fullscreenElement || document.webkitFullscreenElement) { exitFullScreen.call(document); }
    else if (requestFullScreen) { requestFullScreen.call(root); }
  }

  function onMove(event) { // a browser sends the same place again when the page below a resting pointer changes
    var place = event.screenX + ' ' + event.screenY;
    if (place !== lastPlace) { showBar(); }
    lastPlace = place;
  }

  function onKey(event) {
    var code = event.keyCode;
    var character = event.charCode ? String.fromCharCode(event.charCode) : '';
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.type === 'keydown') {
      if (code === TAB || (code >= LEFT && code <= DOWN)) { showBar(); }
      if (code === ESCAPE) { closeBar(); }
    } else if (!areKeysOff()) {
      if (character === 'f' || character === 'F') { toggleFullScreen(); }
      if (character === '?') { toggleKeys(); }
    }
  }

  function onClick(event) {
    var button = event.target;
    while (button && button !== bar && button.nodeName !== 'BUTTON') { button = button.parentNode; }
    var does = button && button !== bar ? button.getAttribute('data-does') : '';
    if (does === 'full') { toggleFullScreen(); }
    if (does === 'keys') { toggleKeys(); }
    if (does === 'hide') { closeBar(); }
  }

  if (isKiosk()) { bar.classList.add('never'); return; }
  fullButton.hidden = !requestFullScreen;
  document.addEventListener('mousemove', onMove);
  document.addEventListener('touchstart', showBar);
  document.addEventListener('keydown', onKey);
  document.addEventListener('keypress', onKey);
  bar.addEventListener('click', onClick);
  bar.addEventListener('mouseenter', function () { isPointerInside = true; });
  bar.addEventListener('mouseleave', function () { isPointerInside = false; waitToHide(); });
}());
