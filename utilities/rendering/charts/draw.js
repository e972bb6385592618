/* Draws ECharts options to SVG inside the embedded engine; `advances` and `draw` are called by engine.py. */
var tables = {};
var UNSEEN = /[\p{M}\p{Cf}]/u;

/** Takes the advance widths of the font we serve, in em/1000 by weight and character. */
function advances(fonts) {
  for (var weight in fonts) {
    var table = (tables[weight] = {});
    for (var first in fonts[weight].runs) {
      fonts[weight].runs[first].forEach(function (advance, place) {
        table[String.fromCodePoint(parseInt(first, 16) + place)] = advance;
      });
    }
  }
}

echarts.setPlatformAPI({
  measureText: function (text, font) {
    var size = parseFloat((/([\d.]+)px/.exec(font) || [0, 12])[1]);
    var table = tables[/\b(bold|700)\b/.test(font) ? 700 : /\b600\b/.test(font) ? 600 : 400] || {};
    var wide = 0;
    for (var character of String(text || '')) wide += table[character] || (UNSEEN.test(character) ? 0 : 750);
    return { width: (wide * size) / 1000 };
  },
});

/** A name from outside must not become a property of every object (CWE-1321). */
Object.seal(Object.prototype);

/** Words, circles and rectangles that have a place already, as ECharts would write them: it takes a sixth of a drawing's time over them. */
function written(marks) {
  var edges = { left: 'start', center: 'middle', right: 'end' };
  var downs = { top: 0.375, middle: 0, bottom: -0.375 };
  return marks.map(function (mark) {
    var style = mark.style;
    if (mark.type === 'rect') {
      return '<rect x="' + mark.shape.x + '" y="' + mark.shape.y + '" width="' + mark.shape.width + '" height="' +
        mark.shape.height + '" fill="' + style.fill + '"/>';
    }
    if (mark.type === 'circle') {
      return '<circle cx="' + mark.shape.cx + '" cy="' + mark.shape.cy + '" r="' + mark.shape.r + '" fill="' + style.fill +
        '" stroke="' + style.stroke + '" stroke-width="' + style.lineWidth + '"/>';
    }
    var y = mark.y + downs[style.verticalAlign] * style.fontSize;
    var place = ' x="' + mark.x + '" y="' + y + '" text-anchor="' + edges[style.align] + '" dominant-baseline="central"';
    var look = ' fill="' + style.fill + '" font-size="' + style.fontSize + '" font-weight="' + style.fontWeight + '"';
    return '<text xml:space="preserve"' + place + look + '>' + echarts.format.encodeHTML(style.text) + '</text>';
  }).join('');
}

function draw(text, width, height) {
  var option = revived(JSON.parse(text));
  var marks = option.graphic || [];
  var only = marks.every(function (mark) { return /^(text|circle|rect)$/.test(mark.type); });
  if (only) delete option.graphic;
  var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height });
  try {
    chart.setOption(option);
    var svg = chart.renderToSVGString();
    return only ? svg.slice(0, svg.lastIndexOf('</svg>')) + written(marks) + '</svg>' : svg;
  } finally {
    chart.dispose();
  }
}
