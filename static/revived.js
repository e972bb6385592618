/* What an ECharts option cannot say as JSON; shared by the engine on the server and by browsers. */

/** Puts a function wherever the option holds `{"labels": [[figure, text], …]}`, because JSON has none. */
function revived(option) {
  for (var name in option) {
    var value = option[name];
    if (!value || typeof value !== 'object' || (value.length && typeof value[0] !== 'object')) continue; // figures, names
    if (Array.isArray(value.labels)) option[name] = saying(value.labels);
    else revived(value);
  }
  return option;
}

function saying(pairs) {
  return function (figure) {
    for (var pair of pairs) if (pair[0] === figure || Math.abs(pair[0] - figure) <= 1e-9 * Math.max(1, Math.abs(figure))) return pair[1];
    return '';
  };
}
