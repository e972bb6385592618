/* The time left of a takeover, counted from the server's time and not by the clock of the television. ES5 for Chromium 38. */
(function () {
  'use strict';

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }

  var body = document.body;
  var bar = document.querySelector('.left');
  var minutes = document.querySelector('.minutes');
  var clock = document.querySelector('.clock');
  var left = Number(body.getAttribute('data-left')), length = Number(body.getAttribute('data-length'));
  var time = clock.textContent.match(/^(.*) (\d\d):(\d\d)$/);
  var began = now();

  function now() { return window.performance && performance.now ? performance.now() : Date.now(); }

  function padTwo(number) { return (number < 10 ? '0' : '') + number; }

  setInterval(function () {
    var rest = Math.max(0, left - (now() - began)), at = Number(time[2]) * 60 + Number(time[3]) + Math.floor((now() - began) / 60000);
    bar.setAttribute('width', 100 * rest / length + '%');
    minutes.textContent = Math.max(1, Math.ceil(rest / 60000)) + ' min left';
    if (at < 1440) { clock.textContent = time[1] + ' ' + padTwo(Math.floor(at / 60)) + ':' + padTwo(at % 60); }
  }, 5000);
}());
