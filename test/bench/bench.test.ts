/** What can be asked of the benchmarks, and what their tables say. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONTESTANTS } from './contestants.mjs';
import { BENCHMARKS, readOptions } from './options.mjs';
import { comparison, quantile, summarize, target } from './report.mjs';

const here = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const argv = [join(import.meta.dirname, 'bench.mjs'), ...args];
  return spawnSync(process.execPath, argv, { encoding: 'utf8' });
}

describe('the command', () => {
  test('helps', () => {
    const { status, stdout } = bench('--help');
    assert.equal(status, 0);
    for (const name of [...Object.keys(BENCHMARKS), ...CONTESTANTS.map(({ name }) => name), '--delay']) {
      assert.ok(stdout.includes(`  ${name} `), name);
    }
  });

  test('names what is wrong', () => {
    const { status, stdout, stderr } = bench('--runs', 'often');
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^--runs takes a whole number from 1 to 1000, not "often"\.\n.*--help\n$/);
  });

  for (const [args, said] of [
    [['swim'], /benchmark: "swim".*connect, messages/],
    [['--only', 'ours,theirs'], /contestant: "theirs".*raw/],
    [['messages', '--only', 'y-webrtc'], /None of y-webrtc takes part in messages/],
    [['delivery', 'connect'], /delivery runs alone/],
    [['--loss', '51'], /--loss.*50/],
    [['--fast'], /Unknown option '--fast'\.$/],
    [['--delay', '-1'], /--delay/],
    [['--delay', ''], /--delay/],
    [['--count', '1.5'], /--count/],
    [['throughput', '--size', '1001'], /--size .* 1 to 1000/],
    [['throughput', '--only', 'raw-batched'], /None of raw-batched takes part in throughput/],
    [['--json', '/nowhere/at/all.json'], /--json.*"\/nowhere\/at"/],
  ] as const) {
    test(`refuses ${args.map((arg) => arg || 'nothing').join(' ')}`, () =>
      assert.throws(() => readOptions([...args]), { message: said }));
  }

  test('has a network for what needs one, unless another one is asked for', () => {
    const { benchmarks, delay, loss } = readOptions(['delivery', '--loss', '0']);
    assert.deepEqual({ benchmarks, delay, loss }, { benchmarks: ['delivery'], delay: 50, loss: 0 });
    const all = ['connect', 'messages', 'throughput', 'signalling', 'picture'];
    assert.deepEqual(readOptions([]).benchmarks, all);
  });

  test('leaves out a benchmark without contestants', () => {
    const { benchmarks, only, delay } = readOptions(['--only', 'y-webrtc', '--delay', '0']);
    const those = ['connect', 'signalling'];
    assert.deepEqual({ benchmarks, only, delay }, { benchmarks: those, only: ['y-webrtc'], delay: 0 });
  });
});

describe('a table', () => {
  const rows = [
    { name: 'raw', kind: 'raw', time: summarize([100, 110, 120]) },
    { name: 'slow', kind: 'library', time: summarize([220]) },
    { name: 'quick', kind: 'library', time: summarize([200]) },
    { name: 'absent', kind: 'library', time: summarize([]) },
    { name: 'ours', kind: 'ours', time: summarize([150]) },
  ];
  const TIME = { key: 'time', title: 'time, ms', better: 'less' } as const;

  test('sets everybody beside WebRTC by hand and the best library', () => {
    const cells = comparison(rows, TIME)
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    assert.deepEqual(cells[0], ['time, ms', 'median', 'p10', 'p90', '/ raw', '/ library']);
    assert.deepEqual(cells[2], ['raw', '110.0', '102.0', '118.0', '× 1.00', '× 0.55']);
    assert.deepEqual(cells[4], ['quick', '200.0', '200.0', '200.0', '× 1.82', '× 1.00']);
    assert.deepEqual(cells[5], ['absent', '–', '–', '–']);
    assert.deepEqual(cells[6], ['ours', '150.0', '150.0', '150.0', '× 1.36', '× 0.75']);
  });

  test('is followed by what was aimed at', () => {
    assert.equal(
      target(rows, TIME, 'library', 0.8).text,
      '  ✓ time, ours / best library ≤ 0.8: 0.75 (quick)',
    );
    assert.equal(target(rows, TIME, 'yard', 1.3).text, '  ✗ time, ours / raw ≤ 1.3: 1.36');
    const rate = { ...TIME, better: 'more' } as const;
    assert.equal(target(rows, rate, 'library', 0.5).text, '  ✓ time, ours / best library ≥ 0.5: 0.68 (slow)');
    assert.match(target(rows.slice(0, 4), TIME, 'yard', 1.3).text, /not measured$/);
  });

  test('has quantiles between values', () => assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5));
});

test('README.md names all contestants, and the versions that are installed', () => {
  const text = here('README.md');
  const { dependencies } = JSON.parse(here('package.json')) as { dependencies: Record<string, string> };
  for (const { name } of CONTESTANTS) assert.ok(text.includes(`| \`${name}\` `), name);
  for (const name of [
    'peerjs',
    'peer',
    'simple-peer',
    '@trystero-p2p/core',
    '@trystero-p2p/mqtt',
    'y-webrtc',
    'yjs',
  ]) {
    assert.ok(text.includes(` ${dependencies[name]}`), name);
  }
});
