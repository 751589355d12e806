/** What can be asked of the server benchmark, what it sends and reads, and what its tables say. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { CONTESTANTS } from './contestants.mjs';
import { BENCHMARKS, readOptions } from './options.mjs';
import { cpuSeconds, residentBytes } from './proc.mjs';
import { BINARY, TEXT, decode, encode } from './socket.mjs';
import { report as soakReport } from './soak.mjs';
import { report } from './tables.mjs';
import { isFlat, line } from './trend.mjs';

const here = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

describe('the command', () => {
  test('helps', () => {
    const argv = [join(import.meta.dirname, 'bench.mjs'), '--help'];
    const { status, stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    assert.equal(status, 0);
    for (const name of [...Object.keys(BENCHMARKS), ...CONTESTANTS.map((each) => each.name), '--minutes']) {
      assert.ok(stdout.includes(`  ${name} `), name);
    }
  });

  for (const [args, said] of [
    [['connect'], /benchmark: "connect".*idle, messages/],
    [['--only', 'raw'], /contestant: "raw".*bare/],
    [['soak', 'idle'], /soak runs alone/],
    [['--minutes', '0'], /--minutes .* 1 to 1440/],
    [['--json', '/nowhere/at/all.json'], /--json.*"\/nowhere\/at"/],
  ] as const) {
    test(`refuses ${args.join(' ')}`, () => assert.throws(() => readOptions([...args]), { message: said }));
  }

  test('takes everything but the soak, and only what was given', () => {
    const { benchmarks, given, minutes } = readOptions(['--runs', '3']);
    assert.deepEqual(benchmarks, ['idle', 'messages', 'joins', 'cluster']);
    assert.deepEqual({ given, minutes }, { given: { runs: 3 }, minutes: 30 });
  });
});

describe('the client', () => {
  const serverFrame = (opcode: number, payload: Buffer): Buffer => {
    const { length } = payload;
    const head = length < 126 ? [0x80 | opcode, length] : [0x80 | opcode, 126, length >> 8, length & 255];
    return Buffer.concat([Buffer.from(head), payload]);
  };

  for (const length of [0, 125, 126, 65_535]) {
    test(`masks ${length} bytes`, () => {
      const payload = Buffer.alloc(length, 'payload');
      const frame = encode(BINARY, payload);
      assert.equal(frame[0], 0x82);
      assert.equal(frame[1], 0x80 | Math.min(length, 126));
      const at = length < 126 ? 2 : 4;
      if (at === 4) assert.equal(frame.readUInt16BE(2), length);
      const mask = frame.subarray(at, at + 4);
      const unmasked = frame.subarray(at + 4).map((byte, i) => byte ^ mask[i & 3]!);
      assert.ok(payload.equals(unmasked));
    });
  }

  test('reads frames however they are cut', () => {
    const sent: [number, string][] = [
      [TEXT, 'a'],
      [BINARY, 'b'.repeat(300)],
      [TEXT, ''],
      [TEXT, 'c'.repeat(125)],
    ];
    const bytes = Buffer.concat(sent.map(([opcode, text]) => serverFrame(opcode, Buffer.from(text))));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const heard: [number, string][] = [];
      const hear = (opcode: number, payload: Buffer): void => {
        heard.push([opcode, payload.toString()]);
      };
      const rest = decode(bytes.subarray(0, cut), hear);
      assert.equal(decode(Buffer.concat([rest, bytes.subarray(cut)]), hear).length, 0);
      assert.deepEqual(heard, sent);
    }
  });
});

describe('what Linux says', () => {
  test('is read from a process whose name has brackets', () => {
    const stat = '42 (a (b) c) S 1 42 42 0 -1 4194560 9 0 0 0 250 50 0 0 20 0 11 0 5 100 200 300';
    assert.equal(cpuSeconds(stat), 3);
  });

  test('is read of this process', () => {
    const resident = residentBytes(readFileSync('/proc/self/status', 'utf8'));
    assert.ok(resident > 10_000_000 && resident < 10_000_000_000, String(resident));
    assert.ok(cpuSeconds(readFileSync('/proc/self/stat', 'utf8')) > 0);
  });

  test('is complained about where it says nothing', () =>
    assert.throws(() => residentBytes('Name:\tzombie\n'), /nothing about the memory/));
});

describe('a trend', () => {
  const points = (y: (x: number) => number): [number, number][] =>
    Array.from({ length: 40 }, (_, x) => [x, y(x)]);
  /** The same every time, and of no direction. */
  const noise = (x: number): number => ((x * 7919) % 11) - 5;

  test('is the line that fits best', () => {
    const { slope, error, mean } = line(points((x) => 3 + 2 * x));
    assert.ok(Math.abs(slope - 2) < 1e-9 && error < 1e-6 && mean === 42);
  });

  test('is none in noise, in what shrinks, or in what is too small to matter', () => {
    assert.ok(isFlat(points((x) => 100 + noise(x))));
    assert.ok(isFlat(points((x) => 100 - x)));
    assert.ok(isFlat(points((x) => 100 + 0.01 * x)));
  });

  test('is found in what leaks', () => assert.ok(!isFlat(points((x) => 100 + 0.5 * x + noise(x)))));
});

describe('a report', () => {
  const run = (name: string, saturated: number, cost: number): object => ({
    name,
    figures: { saturated, cost, busy: 100, p50: 1, p99: 2 },
  });

  test('sets everybody beside the bare relay, says what was aimed at, and who failed', () => {
    const results = [
      run('bare', 1000, 20),
      run('ours', 900, 22),
      run('ours', 700, 24),
      run('socket.io', 500, 40),
      { name: 'peerserver', problem: 'it ended with 1' },
    ];
    const { text } = report('messages', CONTESTANTS, results as never);
    const cells = text.split('\n').map((row) => row.split(/ {2,}/));
    assert.deepEqual(cells[0]?.slice(0, 6), [
      'messages a second',
      'median',
      'p10',
      'p90',
      '/ bare',
      '/ library',
    ]);
    assert.deepEqual(cells[3], ['ours', '800', '720', '880', '× 0.80', '× 1.60']);
    assert.deepEqual(cells[4], ['peerserver', '–', '–', '–']);
    assert.match(text, /✓ messages a second, ours \/ bare ≥ 0.8: 0.80/);
    assert.match(text, /✓ processor time a message, ours \/ bare ≤ 1.25: 1.15/);
    assert.match(text, /failed: peerserver: it ended with 1/);
  });

  test('has a limit of its own for memory', () => {
    const memory = (name: string, rss: number): object => ({ name, figures: { rss, heap: rss / 2 } });
    const { text } = report('idle', CONTESTANTS, [memory('bare', 14), memory('ours', 20.5)] as never);
    assert.match(text, /✓ memory, ours \/ bare ≤ 1.5: 1.46/);
    assert.match(text, /✗ memory, ours, KB ≤ 20: 20.5/);
  });

  test('says of a soak what grows, and what is left', () => {
    const told = { joins: 1, heard: 2, closed: 3, dropped: 4, problems: [] as string[] };
    const stats = { connections: 5, members: 6, away: 1 };
    const samples = Array.from({ length: 40 }, (_, i) => {
      return { minutes: i, heap: 10 + i, rss: 80 + (i % 3), stats, told };
    });
    const left = { connections: 0, rooms: 1, members: 0, away: 0 };
    const { text } = soakReport({ samples, busy: 0.05, left, after: { heap: 9, rss: 80 }, told });
    assert.match(text, /✗ heap after a collection is flat: 60\.00 ± 0\.00 MB an hour/);
    assert.match(text, /✓ RSS is flat/);
    assert.match(text, /✗ nothing is left when all have gone: .*"rooms":1/);
    assert.match(text, /✓ nobody was cut off or kept out\n/);
  });
});

test('README.md names all contestants, and the versions that are installed', () => {
  const text = here('README.md');
  const { dependencies } = JSON.parse(here('../package.json')) as { dependencies: Record<string, string> };
  for (const { name } of CONTESTANTS) assert.ok(text.includes(`| \`${name}\` `), name);
  for (const name of ['peer', 'y-webrtc', 'socket.io'])
    assert.ok(text.includes(` ${dependencies[name]}`), name);
});
