/* Foyer's beacon, to be read: static/a.js is this with shorter names and without blanks, and is what browsers get; a
   test holds the two together. ES5; it keeps no cookie and stores nothing. `data-hash` on its tag: what stands behind #
   is a page of its own. `data-local`: count here too, on this machine and in a browser that a program drives. What is
   sent is read by utilities/pageviews/collect/beacon.py. */
(function (page, browser, place) {
  // The page view that waits for its title, if there is one. A page that changes its address changes its title later.
  function flush() {
    waiting && send();
    waiting = 0;
  }

  // Something may have moved: a view, unless nobody sees it yet (a prerendered page, a tab in the background) or all
  // before `mark` is as it was. A page that comes back from the browser's cache as it was left is seen anew.
  function look(mark, now) {
    if (!page.hidden) {
      now = place.href.split('hash' in told ? ' ' : '#')[0];
      if (address.split(mark)[0] != now.split(mark)[0] || mark.persisted) {
        flush();
        from = address || from;
        waiting = 1;
        setTimeout(flush, page.title ? 99 : 999);
      }
      address = now;
    }
  }

  function follow(name, until, original) {
    original = history[name];
    history[name] = function (state, title, url) {
      original.call(history, state, title, url);
      look(until);
    };
  }

  // foyer('event', 'sign-up', {plan: 'small'}); without a name it is the page view.
  function send(what, event, props, key, query) {
    props = {
      url: address || place.href,
      ref: from,
      t: page.title,
      w: screen.width,
      l: browser.language,
      z: Intl.DateTimeFormat().resolvedOptions().timeZone,
      n: event,
      p: JSON.stringify(props)
    };
    query = foyers[1] || '?'; // ?site=… as the page wrote it
    for (key in props) props[key] && (query += '&' + key + '=' + encodeURIComponent(props[key]));
    if ('local' in told || !browser.webdriver && !/^(localhost|127\.|\[::1)/.test(place.host))
      browser.sendBeacon && browser.sendBeacon(foyers[0] + '/a', query) || (new Image().src = foyers[0] + '/a.gif' + query);
  }

  var tag = page.currentScript,
    told = tag.dataset,
    foyers = tag.src.split('/a.js'), // its address, and what stands behind
    from = page.referrer,
    address = '', // that was looked at last
    waiting,
    on = addEventListener;
  foyer = send;
  follow('pushState', ' '); // a space is in no address: all of it
  follow('replaceState', '?'); // pages write what is being typed into their query
  on('popstate', look);
  on('pageshow', look);
  on('visibilitychange', look);
  on('pagehide', flush);
  look(0);
})(document, navigator, location)
