/* The flow page besides htmx: the slider's label, playing day by day, and links in the chart. */
(function () {
  'use strict';

  var MILLISECONDS_PER_DAY = 900; // that a day is shown while playing
  var isPlaying = false;
  var timer = 0;

  function byId(id) { return document.getElementById(id); }

  /** Shows the slider's position in its label and in the bars above it. */
  function showPosition() {
    var slider = byId('slider');
    if (!slider) return;
    var position = Number(slider.value);
    var label = position ? slider.dataset.days.split('|')[position - 1] : 'All days';
    slider.setAttribute('aria-valuetext', label);
    document.querySelectorAll('.course rect').forEach(function (bar) {
      bar.classList.toggle('now', Number(bar.dataset.day) === position);
    });
  }

  function start() {
    var button = byId('play');
    if (!button) return stop();
    button.hidden = false;
    byId('go').hidden = true;
    showPosition();
  }

  function moveTo(position) {
    var slider = byId('slider');
    slider.value = position;
    showPosition();
    slider.dispatchEvent(new Event('step', { bubbles: true }));
  }

  function nextDay() {
    var slider = byId('slider');
    if (!isPlaying || !slider) return;
    if (Number(slider.value) >= Number(slider.max)) return stop();
    moveTo(Number(slider.value) + 1);
  }

  function play() {
    var slider = byId('slider');
    isPlaying = true;
    byId('play').textContent = 'Pause';
    if (slider.value === slider.max) slider.value = 0;
    nextDay();
  }

  function stop() {
    isPlaying = false;
    clearTimeout(timer);
    if (byId('play')) byId('play').textContent = 'Play day by day';
  }

  // A link in the chart does what the same link in the table does.
  document.addEventListener('click', function (event) {
    if (event.target.id === 'play') return isPlaying ? stop() : play();
    if (event.target.id === 'whole') { event.preventDefault(); stop(); return moveTo(0); }
    var link = event.target.closest && event.target.closest('.drawing a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    var href = link.getAttribute('href');
    var tableLink = Array.from(document.querySelectorAll('#pages a')).find(function (each) {
      return each.getAttribute('href') === href;
    });
    if (!tableLink) return;
    event.preventDefault();
    tableLink.click();
  });

  document.addEventListener('input', function (event) {
    if (event.target.id === 'slider') { stop(); showPosition(); }
  });

  // A period and own dates exclude each other.
  document.addEventListener('change', function (event) {
    if (event.target.id === 'days' && event.target.value) byId('from').value = byId('to').value = '';
    if (event.target.id === 'from' && event.target.value) byId('days').value = '';
  });

  document.addEventListener('htmx:afterSettle', function (event) {
    var id = event.detail.target.id;
    if (id === 'flow') { stop(); start(); }
    if (id === 'day' && isPlaying) timer = setTimeout(nextDay, MILLISECONDS_PER_DAY);
    if (id === 'node' && byId('node')) byId('node').focus({ preventScroll: true });
  });

  document.addEventListener('htmx:responseError', stop);
  document.addEventListener('htmx:sendError', function () {
    stop();
    var notice = document.createElement('p');
    notice.className = 'notice';
    notice.setAttribute('role', 'alert');
    notice.textContent = 'Foyer does not answer. These are the last figures.';
    document.querySelectorAll('.ask > .notice').forEach(function (each) { each.remove(); });
    byId('ask').append(notice);
  });

  start();
})();
