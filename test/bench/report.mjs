/** Figures and how they are printed. */

export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = Math.floor(at);
  const above = Math.ceil(at);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

/** @returns undefined for nothing */
export const summarize = (values) =>
  values.length === 0
    ? undefined
    : {
        median: quantile(values, 0.5),
        p10: quantile(values, 0.1),
        p90: quantile(values, 0.9),
        count: values.length,
      };

export const ratio = (a, b) => (a === undefined || b === undefined ? undefined : a / b);
const times = (value) => (value === undefined ? '' : `× ${value.toFixed(2)}`);
export const fixed = (value, digits = 1) => (value === undefined ? '–' : value.toFixed(digits));
export const whole = (value) => (value === undefined ? '–' : Math.round(value).toLocaleString('en'));

/** Columns as wide as what is in them; the first one is text, the others are figures. */
export function table(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (row) =>
    row.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join('  ');
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)]
    .map((text) => text.trimEnd())
    .join('\n');
}

/**
 * @typedef {object} Measure
 * @property {string} key of the summaries in the rows
 * @property {string} title with its unit
 * @property {'less' | 'more'} better
 * @property {string} [yard] the contestant all others are set beside; default: raw
 * @property {(value: number | undefined) => string} [show]
 * @property {Record<string, (row: object) => string>} [more] columns, by their titles
 */

const medianOf = (rows, name, key) => rows.find((row) => row.name === name)?.[key]?.median;

/** @param {Measure} measure @returns {{ name: string, median: number } | undefined} of those that took part */
export function bestLibrary(rows, { key, better }) {
  const libraries = rows.filter((row) => row.kind === 'library' && row[key]);
  const sorted = libraries.sort((a, b) => (a[key].median - b[key].median) * (better === 'less' ? 1 : -1));
  return sorted[0] && { name: sorted[0].name, median: sorted[0][key].median };
}

/** Everybody beside the yardstick, which is WebRTC by hand unless told otherwise, and beside the best of the libraries. @param {Measure} measure */
export function comparison(rows, measure) {
  const { key, title, yard = 'raw', show = (value) => fixed(value), more = {} } = measure;
  const raw = medianOf(rows, yard, key);
  const best = bestLibrary(rows, measure)?.median;
  return table(
    [title, 'median', 'p10', 'p90', `/ ${yard}`, '/ library', ...Object.keys(more)],
    rows.map((row) => [
      row.name,
      ...['median', 'p10', 'p90'].map((part) => show(row[key]?.[part])),
      times(ratio(row[key]?.median, raw)),
      times(ratio(row[key]?.median, best)),
      ...Object.values(more).map((column) => column(row)),
    ]),
  );
}

/** What is aimed at for `ours`. @param {Measure} measure @param {'yard' | 'library'} than @param {number} aim */
export function target(rows, measure, than, aim) {
  const { key, title, better, yard = 'raw' } = measure;
  const other =
    than === 'yard' ? { name: yard, median: medianOf(rows, yard, key) } : bestLibrary(rows, measure);
  const value = ratio(medianOf(rows, 'ours', key), other?.median);
  const what = `${title.replace(/,.*/, '')}, ours / ${than === 'yard' ? yard : 'best library'}`;
  const aimed = `${what} ${better === 'less' ? '≤' : '≥'} ${aim}`;
  if (value === undefined) return { what, aim, text: `  – ${aimed}: not measured` };
  const met = better === 'less' ? value <= aim : value >= aim;
  const whose = than === 'yard' ? '' : ` (${other.name})`;
  return { what, aim, value, met, text: `  ${met ? '✓' : '✗'} ${aimed}: ${value.toFixed(2)}${whose}` };
}

/** A new order for every round, so that nobody always follows the same one. */
export const turned = (list, by) => list.map((_, i) => list[(i + by) % list.length]);
