/* Menus and shortcuts of every desk page. Without this script a menu opens and closes by its summary alone. */
(function () {
  'use strict';

  var PLACES = {o: '/', r: '/reports', b: '/boards'};
  var afterG = false; // whether `g` was the last key

  function readSetting(name) { try { return localStorage.getItem(name); } catch (error) { return null; } }
  function writeSetting(name, value) { try { localStorage.setItem(name, value); } catch (error) { /* a private window */ } }
  function areKeysOff() { return readSetting('keys') === 'off'; }
  function isField(element) { return !!element && /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName); }
  function openMenus() { return Array.from(document.querySelectorAll('.menu[open]')); }

  /** Closes every menu but one; a menu that has the focus gives it back to its summary. */
  function closeMenus(except) {
    openMenus().forEach(function (menu) {
      if (menu === except) return;
      var hasFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (hasFocus && !except) menu.querySelector('summary').focus();
    });
  }

  document.addEventListener('click', function (event) {
    var menu = event.target.closest('.menu');
    if (event.target.closest('summary')) closeMenus(menu);
    else if (!menu) openMenus().forEach(function (each) { each.open = false; });
    if (event.target.matches('.copy button')) copy(event.target);
    if (event.target.id === 'keys-everywhere') {
      writeSetting('keys', areKeysOff() ? 'on' : 'off');
      showSwitch();
    }
  });

  /** Opens a panel to the left where it would leave the window. */
  document.addEventListener('toggle', function (event) {
    var panel = event.target.matches('.menu[open]') && event.target.querySelector('.panel');
    if (panel && panel.getBoundingClientRect().right > document.documentElement.clientWidth) event.target.classList.add('right');
  }, true);

  function copy(button) {
    var field = button.parentNode.querySelector('input');
    field.select();
    Promise.resolve(navigator.clipboard && navigator.clipboard.writeText(field.value)).then(function () {
      button.textContent = navigator.clipboard ? 'Copied' : 'Selected';
    }, function () { button.textContent = 'Selected'; });
  }

  /** Adds what works only with script: buttons that copy, and the switch of the keys. */
  function start() {
    document.querySelectorAll('.copy').forEach(function (line) {
      if (line.querySelector('button')) return;
      var button = document.createElement('button');
      button.type = 'button';
      button.className = 'quiet-button';
      button.textContent = 'Copy';
      button.setAttribute('aria-label', 'Copy: ' + line.previousElementSibling.textContent);
      line.appendChild(button);
    });
    showSwitch();
  }

  function showSwitch() {
    var line = document.getElementById('key-switch');
    if (!line) return;
    line.hidden = false;
    line.firstElementChild.textContent = areKeysOff() ? 'Turn these keys on' : 'Turn these keys off';
  }

  function follow(id) {
    var link = document.getElementById(id);
    if (link) link.click();
    return !!link;
  }

  /** Does what a key is for; returns whether it is for something. */
  function press(key) {
    var search = document.getElementById('q');
    if (afterG) {
      afterG = false;
      if (PLACES[key]) location.assign(PLACES[key]);
      return !!PLACES[key];
    }
    if (key === 'g') afterG = true;
    else if (key === '?') location.assign('/keyboard');
    else if (key === '[') return follow('earlier');
    else if (key === ']') return follow('later');
    else if (key === 'p') return follow('pause');
    else if (key === '/' && search) {
      search.focus();
      search.select();
    } else return false;
    return true;
  }

  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') {
      if (openMenus().length) closeMenus(null);
      else if (isField(document.activeElement)) document.activeElement.blur();
      return;
    }
    var isAltGr = event.getModifierState && event.getModifierState('AltGraph'); // many layouts need it for [ and ]
    if (event.metaKey || ((event.ctrlKey || event.altKey) && !isAltGr) || isField(event.target) || areKeysOff()) return;
    if (press(event.key)) event.preventDefault();
  });

  document.addEventListener('htmx:afterSettle', start);
  start();
})();
