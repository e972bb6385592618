/* Makes the chart of a report interactive: tooltips, a legend that can be clicked, and zoom.
   Draws the option of the static chart again on a canvas. Without this script, or in a narrow window, the static chart stays. */
(function () {
  'use strict';

  var library = document.currentScript.dataset.library;
  var light = matchMedia('(prefers-color-scheme: light)');
  var loading = null;
  var charts = [];
  var views = {address: '', list: []};

  function loadLibrary() {
    loading = loading || new Promise(function (done, failed) {
      var script = document.createElement('script');
      script.src = library;
      script.onload = done;
      script.onerror = failed;
      document.head.appendChild(script);
    });
    return loading;
  }

  function formatFigure(value, kind) {
    if (typeof value !== 'number' || isNaN(value)) return '–';
    if (kind === 'money') return value.toFixed(2);
    if (kind === 'fraction') return (value * 100).toFixed(2) + '%';
    if (kind === 'seconds') {
      var whole = Math.round(value);
      return [Math.floor(whole / 3600), Math.floor(whole % 3600 / 60), whole % 60].map(function (part, index) {
        return index ? String(part).padStart(2, '0') : part;
      }).join(':');
    }
    return value.toLocaleString('en', {maximumFractionDigits: 2});
  }

  function formatPoint(point, data) {
    var value = Array.isArray(point.value) ? point.value[point.value.length - 1] : point.value;
    var kind = data.kinds[String(point.seriesName || '').replace(/, (before|so far)$/, '')] || Object.values(data.kinds).pop();
    return formatFigure(typeof value === 'string' ? Number(value) : value, kind);
  }

  function pointName(point, option) {
    if (point.dataType === 'edge') return point.data.source + ' → ' + point.data.target;
    if (point.seriesType === 'heatmap' && Array.isArray(point.value)) {
      return option.yAxis.data[point.value[1]] + ', ' + option.xAxis.data[point.value[0]];
    }
    return point.name;
  }

  /** Leaves out the line where its value so far stands for it. */
  function withoutGaps(points) {
    return points.filter(function (point) {
      return point.value != null || !points.some(function (other) { return other.seriesName === point.seriesName + ', so far'; });
    });
  }

  function isPrevious(point) { return /, before$/.test(point.seriesName || '') ? 1 : 0; }

  /** A line as an element, so that text from outside is never HTML. */
  function textLine(text) {
    var line = document.createElement('p');
    line.textContent = text;
    return line;
  }

  function buildTooltip(option, data, colours) {
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
        var list = withoutGaps([].concat(points)).sort(function (one, other) { return isPrevious(one) - isPrevious(other); });
        var own = axis || option.series.length > 1;
        return [textLine(pointName(list[0], option))].concat(list.map(function (point) {
          return textLine((own && point.seriesName ? point.seriesName + ': ' : '') + formatPoint(point, data));
        }));
      }
    };
  }

  /** Zoom along days: the wheel with Shift, a drag, or the handles below. Returns the height they need. */
  function addZoom(option, data, colours) {
    var isLong = option.xAxis && option.xAxis.type === 'category' && option.xAxis.data.length > 13 && data.width > 800;
    var isOneDay = isLong && /^\d\d:\d\d$/.test(option.xAxis.data[0]);
    if (!isLong || isOneDay || option.series.some(function (each) { return each.type === 'heatmap'; })) return 0;
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

  /** Names the days that are in view while zoomed in, and the few of the static chart otherwise. */
  function nameVisibleDays(chart, option) {
    var few = {axisLabel: option.xAxis.axisLabel, axisTick: option.xAxis.axisTick};
    var all = {axisLabel: {customValues: null, formatter: null, interval: 'auto'}, axisTick: {customValues: null}};
    chart.on('datazoom', function () {
      var zoom = chart.getOption().dataZoom[0];
      chart.setOption({xAxis: zoom.end - zoom.start < 99.9 ? all : few});
    });
  }

  function makeInteractive(data, option) {
    var colours = {};
    Object.keys(data.colours).forEach(function (name) {
      var colour = data.colours[name];
      colours[name] = light.matches ? data.light[colour] : colour;
    });
    option.tooltip = buildTooltip(option, data, colours);
    option.series.forEach(function (each) { each.silent = false; });
    if (option.legend) option.legend.selectedMode = true;
    return addZoom(option, data, colours);
  }

  function readOption(data) {
    var text = JSON.stringify(data.option);
    if (light.matches) text = text.replace(/"(#[0-9a-f]{6})"/g, function (all, colour) { return '"' + (data.light[colour] || colour) + '"'; });
    return window.revived(JSON.parse(text));
  }

  /** Moves texts and marks at the right edge along with it: the window is seldom as wide as the static chart. */
  function moveRightEdge(option, data, wide) {
    if (!option.series.every(function (each) { return ['line', 'bar', 'sankey'].indexOf(each.type) >= 0; })) return;
    [].concat(option.graphic || []).forEach(function (mark) {
      var x = (mark.x || 0) + ((mark.shape && (mark.shape.x || mark.shape.cx)) || 0);
      if (x > data.width / 2) mark.x = (mark.x || 0) + wide - data.width;
    });
  }

  function show(drawing) {
    var data = JSON.parse(drawing.querySelector('.live').content.textContent);
    var staticChart = drawing.querySelector('.wide');
    var wide = drawing.clientWidth;
    if (wide < 0.8 * data.width || !drawing.isConnected) return;
    var option = readOption(data);
    if (!option.series || !option.series.length) return; // only shapes, like a map
    var extraHeight = makeInteractive(data, option);
    moveRightEdge(option, data, wide);
    var canvas = document.createElement('div');
    canvas.className = 'canvas';
    canvas.setAttribute('aria-hidden', 'true'); // screen readers have the static chart
    staticChart.after(canvas);
    var chart = window.echarts.init(canvas, null, {renderer: 'canvas', width: wide, height: data.height + extraHeight});
    chart.setOption(option);
    if (extraHeight) nameVisibleDays(chart, option);
    staticChart.classList.add('unseen');
    charts.push({chart: chart, canvas: canvas, staticChart: staticChart, drawing: drawing});
    restoreView(chart, charts.length - 1);
  }

  /** Remembers zoom and hidden series, for the charts that a reload of the same address draws anew. */
  function rememberViews() {
    if (!charts.length) return;
    views = {address: location.href, list: charts.map(function (each) {
      var option = each.chart.getOption();
      var zoom = (option.dataZoom || [])[0];
      return {start: zoom && zoom.start, end: zoom && zoom.end, selected: ((option.legend || [])[0] || {}).selected};
    })};
  }

  function restoreView(chart, place) {
    var view = views.address === location.href && views.list[place];
    if (!view) return;
    if (view.start !== undefined) chart.dispatchAction({type: 'dataZoom', start: view.start, end: view.end});
    Object.keys(view.selected || {}).forEach(function (name) {
      if (!view.selected[name]) chart.dispatchAction({type: 'legendUnSelect', name: name});
    });
  }

  function disposeAll() {
    rememberViews();
    charts.forEach(function (each) {
      each.chart.dispose();
      each.canvas.remove();
      each.staticChart.classList.remove('unseen');
    });
    charts = [];
  }

  function showAll() {
    disposeAll();
    var drawings = Array.from(document.querySelectorAll('.drawing')).filter(function (each) {
      return each.querySelector('.live') && innerWidth > 800;
    });
    if (!drawings.length) return;
    Promise.all([loadLibrary(), document.fonts.load('400 14px Inter'), document.fonts.load('700 14px Inter')]).then(function () {
      disposeAll();
      drawings.forEach(function (each) { if (each.isConnected) show(each); });
    }, function () { /* the static chart stays */ });
  }

  var resizeTimer = 0;
  window.addEventListener('resize', function () { clearTimeout(resizeTimer); resizeTimer = setTimeout(showAll, 200); });
  window.addEventListener('beforeprint', disposeAll);
  window.addEventListener('afterprint', showAll);
  light.addEventListener('change', showAll);
  document.addEventListener('htmx:afterSettle', showAll);
  showAll();
})();
