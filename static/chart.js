/* Brings the drawing of a report to life: what a point is, a legend that can be clicked, a closer look.
   The option is the one the drawing was made of. Without this script, or in a narrow window, the drawing stands. */
(function () {
  'use strict';

  var library = document.currentScript.dataset.library;
  var light = matchMedia('(prefers-color-scheme: light)');
  var loading = null;
  var alive = [];

  function loaded() {
    loading = loading || new Promise(function (done, failed) {
      var script = document.createElement('script');
      script.src = library;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return loading;
  }

  function figure(value, kind) {
    if (typeof value !== 'number' || isNaN(value)) return '–';
    if (kind === 'fraction') return (value * 100).toFixed(2) + '%';
    if (kind === 'seconds') {
      var whole = Math.round(value);
      return [Math.floor(whole / 3600), Math.floor(whole % 3600 / 60), whole % 60].map(function (part, place) {
        return place ? String(part).padStart(2, '0') : part;
      }).join(':');
    }
    return value.toLocaleString('en', {maximumFractionDigits: 2});
  }

  function saidOf(point, told) {
    var value = Array.isArray(point.value) ? point.value[point.value.length - 1] : point.value;
    var kind = told.kinds[String(point.seriesName || '').replace(/, before$/, '')] || Object.values(told.kinds).pop();
    return figure(typeof value === 'string' ? Number(value) : value, kind);
  }

  function nameOf(point, option) {
    if (point.dataType === 'edge') return point.data.source + ' → ' + point.data.target;
    if (point.seriesType === 'heatmap' && Array.isArray(point.value)) {
      return option.yAxis.data[point.value[1]] + ', ' + option.xAxis.data[point.value[0]];
    }
    return point.name;
  }

  function before(point) { return /, before$/.test(point.seriesName || '') ? 1 : 0; }

  /** A line of its own: an element, so that text from outside stays text. */
  function said(text) {
    var line = document.createElement('p');
    line.textContent = text;
    return line;
  }

  function tooltip(option, told, colours) {
    var axis = option.series.every(function (each) { return each.type === 'line' || each.type === 'bar'; });
    return {
      trigger: axis ? 'axis' : 'item',
      className: 'hint',
      confine: true,
      backgroundColor: colours.ground,
      borderColor: colours.rule,
      extraCssText: 'box-shadow: none',
      axisPointer: {type: 'line', lineStyle: {color: colours.rule}},
      formatter: function (points) {
        var list = [].concat(points).sort(function (one, other) { return before(one) - before(other); });
        var own = axis || option.series.length > 1;
        return [said(nameOf(list[0], option))].concat(list.map(function (point) {
          return said((own && point.seriesName ? point.seriesName + ': ' : '') + saidOf(point, told));
        }));
      }
    };
  }

  /** A closer look along days: the wheel with Shift, a drag, or the handles below. */
  function zoom(option, told, colours) {
    var along = option.xAxis && option.xAxis.type === 'category' && option.xAxis.data.length > 13 && told.width > 800;
    if (!along || option.series.some(function (each) { return each.type === 'heatmap'; })) return 0;
    option.xAxis.axisLabel.interval = 'auto';
    option.dataZoom = [
      {type: 'inside', zoomOnMouseWheel: 'shift', moveOnMouseWheel: false},
      {type: 'slider', height: 18, bottom: 4, showDetail: false, showDataShadow: false, brushSelect: false,
        borderColor: colours.rule, fillerColor: colours.fill, backgroundColor: colours.ground,
        handleStyle: {color: colours.ground, borderColor: colours.quiet}, moveHandleSize: 0}
    ];
    option.series.forEach(function (each) { each.clip = true; });
    option.grid.bottom += 34;
    return 34;
  }

  function enlivened(told, option) {
    var colours = {};
    Object.keys(told.colours).forEach(function (name) {
      var colour = told.colours[name];
      colours[name] = light.matches ? told.light[colour] : colour;
    });
    option.tooltip = tooltip(option, told, colours);
    option.series.forEach(function (each) { each.silent = false; });
    if (option.legend) option.legend.selectedMode = true;
    return zoom(option, told, colours);
  }

  function optionOf(told) {
    var text = JSON.stringify(told.option);
    if (light.matches) text = text.replace(/"(#[0-9a-f]{6})"/g, function (all, colour) { return '"' + (told.light[colour] || colour) + '"'; });
    return window.revived(JSON.parse(text));
  }

  function show(drawing) {
    var told = JSON.parse(drawing.querySelector('.live').content.textContent);
    var still = drawing.querySelector('.wide');
    var wide = drawing.clientWidth;
    if (wide < 0.8 * told.width || !drawing.isConnected) return;
    var option = optionOf(told);
    if (!option.series || !option.series.length) return; // shapes only, as a map
    var more = enlivened(told, option);
    var canvas = document.createElement('div');
    canvas.className = 'canvas';
    canvas.setAttribute('aria-hidden', 'true'); // the drawing it stands for is still there for those who hear it
    still.after(canvas);
    var chart = window.echarts.init(canvas, null, {renderer: 'canvas', width: wide, height: told.height + more});
    chart.setOption(option);
    still.classList.add('unseen');
    alive.push({chart: chart, canvas: canvas, still: still, drawing: drawing});
  }

  function rest() {
    alive.forEach(function (each) {
      each.chart.dispose();
      each.canvas.remove();
      each.still.classList.remove('unseen');
    });
    alive = [];
  }

  function showAll() {
    rest();
    var drawings = Array.from(document.querySelectorAll('.drawing')).filter(function (each) {
      return each.querySelector('.live') && innerWidth > 800;
    });
    if (!drawings.length) return;
    Promise.all([loaded(), document.fonts.load('400 14px Inter'), document.fonts.load('700 14px Inter')]).then(function () {
      rest();
      drawings.forEach(function (each) { if (each.isConnected) show(each); });
    }, function () { /* the drawing stands */ });
  }

  var later = 0;
  window.addEventListener('resize', function () { clearTimeout(later); later = setTimeout(showAll, 200); });
  window.addEventListener('beforeprint', rest);
  window.addEventListener('afterprint', showAll);
  light.addEventListener('change', showAll);
  document.addEventListener('htmx:afterSettle', showAll);
  showAll();
})();
