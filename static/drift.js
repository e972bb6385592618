/* Against burn-in: everything that stays on the glass moves by a pixel or two every two minutes, without an animation. Over
   some hours each line and letter leaves its place. The path follows the clock, so that boards in turn do not jump back; a
   clock that is wrong does not matter. Reduced motion needs no other way: nothing glides. ES5 for Chromium 38. */
(function () {
  'use strict';

  if (document.currentScript) { document.currentScript.setAttribute('data-ran', ''); }

  var STEP_MS = 120000;
  var REACH = 0.02; // of the shorter side, to each side; the margin is 5 %

  var nodes = document.querySelectorAll('[data-drifts]');

  function movePicture() {
    var step = Math.floor(Date.now() / STEP_MS), reach = REACH * Math.min(window.innerWidth, window.innerHeight), i;
    var x = Math.round(reach * Math.sin(step * 0.09)), y = Math.round(reach * Math.sin(step * 0.055));
    for (i = 0; i < nodes.length; i += 1) { nodes[i].style.transform = 'translate(' + x + 'px,' + y + 'px)'; }
  }

  movePicture();
  setInterval(movePicture, STEP_MS / 4);
}());
