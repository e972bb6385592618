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

function draw(option, width, height) {
  var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height });
  try {
    chart.setOption(revived(JSON.parse(option)));
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
