/** Draws how long messages of each class are under way: one line each, from the median to the 99th percentile. */

const WIDTH = 760;
const ROW = 44;
const TOP = 78;
const LEFT = 210;
const RIGHT = 130;
const NAMES = {
  relay: 'WebSocket, by a server',
  ours: 'reliable',
  'ours-unordered': 'unordered',
  'ours-fast': 'fast',
  'ours-latest': 'latest',
};

/** Steps that are easy to read: at most eight of them. */
function stepFor(most) {
  const rough = most / 8;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

const escaped = (text) =>
  text.replace(/[&<>]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[char]);

const text = (x, y, content, className = '', anchor = 'start') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${className}" text-anchor="${anchor}">${escaped(content)}</text>`;

/** What a row has to say beside its times. */
function note({ sent, missing, late }) {
  if (missing === 0 && late === 0) return 'all, in order';
  if (missing === 0) return 'all, in any order';
  return `${((100 * missing) / sent).toFixed(1)} % lost or skipped`;
}

/**
 * @param rows of the report
 * @param {{ delay: number, loss: number, rate: number, seconds: number }} given
 * @returns {string} SVG, for light and dark
 */
export function chart(rows, { delay, loss, rate, seconds }) {
  const drawn = rows.filter(({ p50 }) => p50 !== undefined);
  const most = Math.max(...drawn.map(({ p99 }) => p99));
  const step = stepFor(most);
  const end = Math.ceil(most / step) * step;
  const x = (ms) => LEFT + (ms / end) * (WIDTH - LEFT - RIGHT);
  const bottom = TOP + drawn.length * ROW;
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) => i * step);
  const grid = ticks.map(
    (
      ms,
    ) => `<line x1="${x(ms).toFixed(1)}" x2="${x(ms).toFixed(1)}" y1="${TOP - 8}" y2="${bottom}" class="grid"/>
${text(x(ms), bottom + 18, String(ms), 'small', 'middle')}`,
  );
  const lines = drawn.map((row, i) => {
    const y = TOP + i * ROW + 16;
    const kind = row.name === 'relay' ? 'other' : 'ours';
    return [
      text(16, y + 5, NAMES[row.name] ?? row.name, 'name'),
      text(16, y + 21, note(row), 'small'),
      `<line x1="${x(row.p50).toFixed(1)}" x2="${x(row.p99).toFixed(1)}" y1="${y}" y2="${y}" class="${kind} span"/>`,
      `<circle cx="${x(row.p50).toFixed(1)}" cy="${y}" r="6" class="${kind}"/>`,
      `<circle cx="${x(row.p99).toFixed(1)}" cy="${y}" r="6" class="${kind} hollow"/>`,
      text(x(row.p99) + 12, y + 5, `${row.p50.toFixed(0)} … ${row.p99.toFixed(0)} ms`, 'figure'),
    ].join('\n');
  });
  const title = `How long a small message is under way: ${loss} % of packets lost, ${delay} ms one way`;
  const caption = `${rate} messages a second for ${seconds} s, all at once. Full: half of them were quicker. Hollow: 99 of 100 were.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 34}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<style>
  svg { --page: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d1d9e0; --ours: #0969da; --other: #9a6700; }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0d1117; --ink: #f0f6fc; --faint: #9198a1; --grid: #3d444d; --ours: #4493f8; --other: #d29922; }
  }
  text { font: 14px system-ui, sans-serif; fill: var(--ink); }
  .title, .name { font-weight: 600; }
  .small { font-size: 12px; fill: var(--faint); }
  .figure { font-variant-numeric: tabular-nums; }
  .page { fill: var(--page); }
  .grid { stroke: var(--grid); }
  .ours { fill: var(--ours); stroke: var(--ours); stroke-width: 2; }
  .other { fill: var(--other); stroke: var(--other); stroke-width: 2; }
  .span { stroke-width: 4; }
  .hollow { fill: var(--page); }
</style>
<rect width="100%" height="100%" rx="8" class="page"/>
${text(16, 28, title, 'title')}
${text(16, 48, caption, 'small')}
${grid.join('\n')}
${lines.join('\n')}
</svg>
`;
}
