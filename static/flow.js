/* What the flow page does besides htmx: a slider that says its day at once, play, and links in the drawing. */
(function () {
  'use strict';

  var STEP = 900; // ms that a day stays
  var playing = false;
  var timer = 0;

  function get(id) { return document.getElementById(id); }

  /** The words and the bar of the place where the slider stands. */
  function say() {
    var slider = get('slider');
    if (!slider) return;
    var place = Number(slider.value);
    var words = place ? slider.dataset.days.split('|')[place - 1] : 'Whole range';
    slider.setAttribute('aria-valuetext', words);
    document.querySelectorAll('.course rect').forEach(function (bar) {
      bar.classList.toggle('now', Number(bar.dataset.day) === place);
    });
  }

  function ready() {
    var button = get('play');
    if (!button) return stop();
    button.hidden = false;
    get('go').hidden = true;
    say();
  }

  function move(place) {
    var slider = get('slider');
    slider.value = place;
    say();
    slider.dispatchEvent(new Event('step', { bubbles: true }));
  }

  function next() {
    var slider = get('slider');
    if (!playing || !slider) return;
    if (Number(slider.value) >= Number(slider.max)) return stop();
    move(Number(slider.value) + 1);
  }

  function play() {
    var slider = get('slider');
    playing = true;
    get('play').textContent = 'Pause';
    if (slider.value === slider.max) slider.value = 0;
    next();
  }

  function stop() {
    playing = false;
    clearTimeout(timer);
    if (get('play')) get('play').textContent = 'Play day by day';
  }

  document.addEventListener('click', function (event) {
    if (event.target.id === 'play') return playing ? stop() : play();
    if (event.target.id === 'whole') { event.preventDefault(); stop(); return move(0); }
    var link = event.target.closest && event.target.closest('.drawing a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var href = link.getAttribute('href');
    var same = Array.from(document.querySelectorAll('#pages a')).find(function (each) {
      return each.getAttribute('href') === href;
    });
    if (!same) return;
    event.preventDefault();
    same.click();
  });

  document.addEventListener('input', function (event) {
    if (event.target.id === 'slider') { stop(); say(); }
  });

  // A period and days of one's own exclude each other.
  document.addEventListener('change', function (event) {
    if (event.target.id === 'days' && event.target.value) get('from').value = get('to').value = '';
    if (event.target.id === 'from' && event.target.value) get('days').value = '';
  });

  document.addEventListener('htmx:afterSettle', function (event) {
    var id = event.detail.target.id;
    if (id === 'flow') { stop(); ready(); }
    if (id === 'day' && playing) timer = setTimeout(next, STEP);
    if (id === 'node' && get('node')) get('node').focus({ preventScroll: true });
  });

  document.addEventListener('htmx:responseError', stop);
  document.addEventListener('htmx:sendError', function () {
    stop();
    var words = document.createElement('p');
    words.className = 'notice';
    words.setAttribute('role', 'alert');
    words.textContent = 'Foyer does not answer. What is shown is the last that it said.';
    document.querySelectorAll('.ask > .notice').forEach(function (each) { each.remove(); });
    get('ask').append(words);
  });

  ready();
})();
