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
        p99: quantile(values, 0.99),
        count: values.length,
      };

export const ratio = (a, b) => (a === undefined || b === undefined ? undefined : a / b);
export const times = (value) => (value === undefined ? '' : `× ${value.toFixed(2)}`);
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

/** One line for what is aimed at. @param {'≤' | '≥'} relation */
export function target(what, relation, aim, value) {
  if (value === undefined) return { what, text: `  – ${what} ${relation} ${aim}: not measured` };
  const met = relation === '≤' ? value <= aim : value >= aim;
  return {
    what,
    value,
    aim,
    met,
    text: `  ${met ? '✓' : '✗'} ${what} ${relation} ${aim}: ${value.toFixed(2)}`,
  };
}

/** A new order for every round, so that nobody always follows the same one. */
export const turned = (list, by) => list.map((_, i) => list[(i + by) % list.length]);
