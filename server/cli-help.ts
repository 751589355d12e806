/** The table of options as text. */
import { WAYS, type Way } from './cli-table.js';
import { readLimits } from './limits.js';

const WIDTH = 88;
const INDENT = 27;

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

function entry(flag: string, value: string | undefined, text: string): string {
  const head = `  --${flag}${value === undefined ? '' : ` ${value}`}`;
  const lines = wrap(text, WIDTH - INDENT);
  const first = head.length < INDENT - 1 ? [head.padEnd(INDENT) + (lines.shift() ?? '')] : [head];
  return [...first, ...lines.map((line) => ' '.repeat(INDENT) + line)].join('\n');
}

function describe({ row, flag, value, inFile }: Way): string {
  if (inFile) return entry(flag, value, 'the same, in a file: what is on a command line is seen by others');
  const repeatable = row.repeats ? '; repeatable' : '';
  return entry(flag, value, `${row.meaning}${repeatable} (${row.fallback})`);
}

export function helpText(): string {
  const limits = Object.entries(readLimits()).map(([name, number]) => `${name}=${String(number)}`);
  return `Usage: peer-elements [options]

Serves the signalling, the bundle (/peer-elements.js), the demo (/), /healthz, /readyz
and /metrics. SIGTERM lets clients go elsewhere first, SIGINT ends at once.

${WAYS.map(describe).join('\n')}
${entry('config', 'FILE', 'JSON with the same names, written likeThis (none)')}
  --help, --version

Each also as a variable, PEER_ELEMENTS_PORT and so on; several values are separated by
commas, switches are true or false (as a flag: --no-metrics). A flag goes before a
variable, a variable before the file.

Limits, as in --limits connections=500,payload=1000:
${wrap(limits.join(' '), WIDTH - 2)
  .map((line) => `  ${line}`)
  .join('\n')}
`;
}
