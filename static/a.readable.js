/* Foyer's beacon, to be read: static/a.js is this with shorter names and without blanks, and is what browsers get; a
   test holds the two together. ES5; it keeps no cookie and stores nothing. `data-hash` on its tag: #/… and #!… are pages
   of their own. `data-local`: count here too, on this machine and in a browser that a program drives. What is sent is
   read by utilities/pageviews/collect/beacon.py; docs/collecting.md describes all of it. */
(function (root, page, browser, place, tag) {
  if (!tag || tag.href) return; // the script of an SVG image has an href
  var options = tag.dataset,
    parts = tag.src.split('/a.js'), // Foyer's address, and what stands behind
    site = /\bsite=[^&#]*/.exec(parts[1]) || '',
    key = 'foyer ' + parts[0] + site,
    queue = (root.foyer || 0).q || [], // calls that came before this script
    referrer = page.referrer,
    address = '', // that was looked at last
    title = '', // of the last view that was sent
    retries = {}, // how often a hit has failed, by the hit
    on = root.addEventListener,
    view, // the view that waits for its title, if there is one
    timer;
  if (root[key]) return; // the same script again
  root[key] = root.foyer = function () {
    queue.push(arguments);
    view || flush();
  };

  // The address with the campaign tags of another one.
  function addTags(url, other, tags) {
    tags = (other.match(/[?&#](utm_|\w*clid=)[^&#]*/g) || []).join('').slice(1);
    return tags ? url.replace(/\?|(?=#)|$/, function () { return '?' + tags.replace(/\?/g, '&') + '&'; }) : url;
  }

  function cut(url) {
    return url.length > 2000 ? addTags(url.split(/[?#]/)[0].slice(0, 1500), url) : url;
  }

  // Sends the view that waits, and the events that wait for it.
  function flush(call) {
    if (view) {
      call = view;
      view = 0;
      send(call);
      title = page.title;
    }
    while (call = queue.shift())
      if (call[0] == 'event' && call[1]) send(address || place.href, call[1], call[2]);
      else console.warn("foyer('event', name) needs a name");
  }

  // A page that changes its address changes its title later: up to a second for one that differs.
  function wait(left) {
    clearTimeout(timer);
    timer = setTimeout(function () {
      left && page.title == title ? wait(left - 1) : flush();
    }, 99);
  }

  // Something may have moved: a view, unless nobody sees it yet (a prerendered page, a tab in the background) or all
  // before `mark` is as it was. A page that comes back from the browser's cache as it was left is seen anew.
  function look(mark, now) {
    if (page.hidden) return flush();
    now = place.href.replace('hash' in options ? /#(?![\/!]).*/ : /#.*/, '');
    if (address.split(mark)[0] != now.split(mark)[0] || mark.persisted) {
      if (view && mark == '?') view = addTags(now, view); // replaced before it was counted
      else {
        flush();
        referrer = address || referrer;
        view = addTags(now, place.hash);
        wait(9);
      }
    }
    address = now;
  }

  function follow(name, mark, original) {
    original = history[name];
    try {
      history[name] = function () {
        original.apply(history, arguments);
        look(mark);
      };
    } catch (frozen) {} // only a module throws
  }

  // A page view, or an event when it has a name.
  function send(url, name, props, fields, hit) {
    fields = {
      url: cut(url),
      ref: cut(referrer),
      t: ('' + page.title).slice(0, 300),
      w: screen.width,
      l: browser.language,
      n: name,
      i: Math.random() // the same for each try, so that Foyer counts it once
    };
    try {
      fields.p = JSON.stringify(props);
    } catch (error) {}
    hit = '?' + site;
    for (name in fields)
      if (fields[name])
        // Half an emoji would throw.
        hit += '&' + name + '=' + encodeURIComponent(('' + fields[name]).replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, function (pair) {
          return pair[1] ? pair : '\ufffd';
        }));
    if ('local' in options || !browser.webdriver && !/^(|localhost|127[\d.]+|\[::1])$/.test(place.hostname)) post(hit, 0);
  }

  // Sends a hit: as an image where the page's Content-Security-Policy allows no other way.
  function post(hit, tries) {
    function fail() {
      if (tries < 3) {
        retries[hit] = tries + 1;
        setTimeout(function () { retry(hit); }, 1000 << tries * 2);
      }
    }
    function postImage(image) {
      image = new Image();
      image.onerror = fail;
      image.src = parts[0] + '/a.gif' + hit + '&r=1'; // it may be the second try
    }
    try {
      if (root.Request && 'keepalive' in root.Request.prototype)
        root.fetch(parts[0] + '/a', {method: 'POST', body: hit, keepalive: 1}).then(function (response) {
          if (response.status == 429 || response.status > 499) fail();
        }, postImage);
      else if (!browser.sendBeacon || !browser.sendBeacon(parts[0] + '/a', hit)) postImage();
    } catch (failure) { // pages and extensions replace or remove fetch
      postImage();
    }
  }

  function retry(hit, tries) {
    tries = retries[hit];
    delete retries[hit];
    tries && post(hit + '&r=1', tries); // Foyer asks its other processes
  }

  follow('pushState', ' '); // a space is in no address: all of it
  follow('replaceState', '?'); // pages write what is being typed into their query
  if (root.navigation && root.navigation.addEventListener)
    root.navigation.addEventListener('currententrychange', function (event) {
      look(event.navigationType == 'replace' ? '?' : ' ');
    });
  on('popstate', look);
  on('pageshow', look);
  on('visibilitychange', look);
  on('pagehide', function () {
    flush();
    for (var hit in retries) retry(hit);
  });
  look(0);
  view || flush();
})(window, document, navigator, location, document.currentScript || document.querySelector('script[src*="/a.js"]')) // a module has no currentScript
