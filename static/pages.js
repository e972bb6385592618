/* Tables with more rows than fit: one page after the other, without an animation. Without this script the first page shows.
   Only boards that have such a table load it. ES5 for Chromium 38. */
(function () {
  'use strict';

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }

  var PAGE_MS = 12000; // as in utilities/rendering/layout/table_pages.py
  var sheet = document.querySelector('.sheet');
  var shownAt = 0; // since when the board is on the glass

  function monotonicNow() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function isOnTop() { // of a paired screen, which loads the next board below the one that is shown
    try {
      return !window.frameElement || window.frameElement.parentNode.lastChild === window.frameElement;
    } catch (error) { return true; }
  }

  function showPage(table, number) {
    var pages = table.tBodies, page = number % pages.length, i;
    var extent = table.querySelector('.extent'), text = pages[page].getAttribute('data-extent');
    for (i = 0; i < pages.length; i += 1) {
      if (pages[i].hidden !== (i !== page)) { pages[i].hidden = i !== page; }
    }
    if (text && extent && extent.firstChild.nodeValue !== text) { extent.firstChild.nodeValue = text; }
  }

  function turnPages() {
    var tables = document.querySelectorAll('[data-pages]'), i;
    if (!shownAt && isOnTop()) { shownAt = monotonicNow(); }
    for (i = 0; i < tables.length; i += 1) {
      showPage(tables[i], shownAt ? Math.floor((monotonicNow() - shownAt) / PAGE_MS) : 0);
    }
  }

  setInterval(turnPages, 1000);
  if (sheet && window.MutationObserver) { // an update of the tile has its first page: no picture between
    new MutationObserver(turnPages).observe(sheet, { subtree: true, childList: true, characterData: true,
      attributes: true, attributeFilter: ['hidden'] });
  }
  turnPages();
}());
