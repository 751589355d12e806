import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { LAG_BOUNDS, LagMeter } from '../../server/event-loop.js';
import { SignalingServer } from '../../server/index.js';
import { metricsGuard } from '../../server/metrics-access.js';
import { until } from '../support/until.js';
import { room, startServer, upgradeStatus } from './client.js';

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
}

/** Reads the text format, and fails where it is not what Prometheus takes. */
function parse(text: string): Sample[] {
  assert.ok(text.endsWith('\n'));
  const samples: Sample[] = [];
  const typed = new Map<string, string>();
  for (const line of text.trimEnd().split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (comment) {
      const [, kind = '', name = '', rest = ''] = comment;
      if (kind === 'TYPE') {
        assert.ok(!typed.has(name), `${name} twice`);
        typed.set(name, rest);
      }
      continue;
    }
    const sample = /^([a-z_]+)(?:\{([a-z]+="[^"\\]*")\})? (-?[\d.e+-]+)$/.exec(line);
    assert.ok(sample, line);
    const [, name = '', labels = '', value = ''] = sample;
    const family = typed.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
    const type = typed.get(family);
    assert.ok(type, `${name} has a type`);
    assert.equal(type === 'counter', name.endsWith('_total'), `${name} is a ${type}`);
    samples.push({ name, labels, value: Number(value) });
  }
  return samples;
}

const find = (samples: Sample[], name: string, labels = ''): number | undefined =>
  samples.find((one) => one.name === `peer_elements_${name}` && one.labels === labels)?.value;

test('everything that happens is counted, and nobody is named', async (t) => {
  const allowedOrigins = ['https://good.example'];
  const { server, origin, url, login, open } = await startServer(t, { metrics: true, allowedOrigins });
  const [a, b] = [await login(), await login()];
  await a.join(0, room('a'), { capacity: 2 });
  await b.join(0, room('a'));
  await a.next('peer');
  a.message(0, b.id, 'hello');
  await b.next('message');
  a.message(0, 'x'.repeat(43), 'nobody');
  await a.barrier();
  const c = await login();
  assert.equal(await c.refused(0, room('a')), 'room-full');
  assert.equal(await c.refused(1, room('b'), { entry: 'join' }), 'room-missing');
  assert.equal(await upgradeStatus(url, { origin: 'https://bad.example' }), 403);
  assert.equal(await upgradeStatus(`${url}/elsewhere`), 404);
  const wrong = open();
  await wrong.offerLogin({ host: 'elsewhere' });
  await wrong.closed;
  c.ws.send('?');
  assert.equal((await c.closed).code, 4400);
  const odd = await login();
  odd.ws.close(3333);
  await odd.closed;
  await until(() => server.stats().connections === 2);

  const response = await fetch(`${origin}/metrics`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const text = await response.text();
  const samples = parse(text);
  const expected: [name: string, value: number, labels?: string][] = [
    ['ready', 1],
    ['connections', 2],
    ['rooms', 1],
    ['members', 2],
    ['members_away', 0],
    ['messages_total', 1],
    ['message_bytes_total', 37 + 5],
    ['messages_dropped_total', 1],
    ['logins_total', 4],
    ['failed_logins_total', 1],
    ['bad_frames_total', 1],
    ['rejected_total', 1, 'reason="origin"'],
    ['rejected_total', 1, 'reason="path"'],
    ['rejected_total', 0, 'reason="address"'],
    ['refused_total', 1, 'code="room-full"'],
    ['refused_total', 1, 'code="room-missing"'],
    ['closed_total', 1, 'code="4400"'],
    ['closed_total', 1, 'code="4401"'],
    ['closed_total', 1, 'code="other"'],
  ];
  for (const [name, value, labels] of expected) assert.equal(find(samples, name, labels), value, name);
  const rss = samples.find(({ name }) => name === 'process_resident_memory_bytes')?.value ?? 0;
  assert.ok(rss > 20e6 && rss < 2e9, String(rss));
  const started = samples.find(({ name }) => name === 'process_start_time_seconds')?.value ?? 0;
  assert.ok(Math.abs(Date.now() / 1000 - process.uptime() - started) < 2);
  for (const secret of [a.id, b.id, c.id, room('a'), '127.0.0.1', 'good.example']) {
    assert.ok(!text.includes(secret), `${secret} is nobody's business`);
  }
  const { rejected, rejectedFor, refused, closed } = server.stats();
  assert.equal(rejected, 2);
  assert.deepEqual([rejectedFor.origin, refused['room-full'], closed['4400']], [1, 1, 1]);
});

test('a stalled event loop is seen', async (t) => {
  const meter = new LagMeter();
  t.after(() => meter.stop());
  await until(() => meter.counts().count > 0);
  const before = meter.counts();
  const end = performance.now() + 350;
  while (performance.now() < end);
  await until(() => meter.counts().count > before.count);
  const { atMost, count, sum } = meter.counts();
  const upTo = (bound: number): number => atMost[LAG_BOUNDS.indexOf(bound)] ?? NaN;
  assert.ok(count - upTo(0.2) >= 1, 'one was later than 200 ms');
  assert.ok(sum - before.sum > 0.2);
  assert.deepEqual(
    atMost,
    [...atMost].sort((a, b) => a - b),
    'each bucket has those before it',
  );
});

test('without the option there is nothing to read', async (t) => {
  const { origin } = await startServer(t);
  assert.equal((await fetch(`${origin}/metrics`)).status, 404);
});

test('without a token only who is near may read, and not through a proxy', async (t) => {
  const { origin } = await startServer(t, { metrics: { path: '/count' } });
  assert.equal((await fetch(`${origin}/count`)).status, 200);
  assert.equal((await fetch(`${origin}/metrics`)).status, 404);
  for (const name of ['x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'forwarded', 'via']) {
    assert.equal((await fetch(`${origin}/count`, { headers: { [name]: '127.0.0.1' } })).status, 403, name);
  }
  const guard = metricsGuard(undefined);
  const from = (remoteAddress: string | undefined): number | null =>
    guard({ headers: {}, socket: { remoteAddress } });
  const near = ['127.0.0.1', '127.9.9.9', '::1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.9.9'];
  for (const address of [...near, '::ffff:10.0.0.1', 'fd00::1', 'fe80::1%eth0', '169.254.1.1']) {
    assert.equal(from(address), null, address);
  }
  const far = ['8.8.8.8', '172.32.0.1', '11.0.0.1', '192.169.0.1', '2001:db8::1', '::ffff:8.8.8.8', '', 'x'];
  for (const address of [...far, undefined]) assert.equal(from(address), 403, String(address));
});

test('with a token whoever has it may read, from wherever', async (t) => {
  const { origin } = await startServer(t, { metrics: { token: 'tea-42' } });
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${origin}/metrics`, { headers })).status;
  assert.equal(await status({}), 401);
  for (const authorization of ['Bearer tea-43', 'Bearer tea-42 ', 'bearer', 'tea-42', 'Basic tea-42']) {
    assert.equal(
      await status({ authorization }),
      authorization === 'Bearer tea-42 ' ? 200 : 401,
      authorization,
    );
  }
  assert.equal(await status({ authorization: 'Bearer tea-42', 'x-forwarded-for': '8.8.8.8' }), 200);
  const denied = await fetch(`${origin}/metrics`);
  assert.equal(denied.headers.get('www-authenticate'), 'Bearer');
  assert.ok(!(await denied.text()).includes('tea-42'));
});

test('a program with an http server of its own tells them by itself', async (t) => {
  const http = createServer();
  const server = new SignalingServer({ server: http });
  t.after(() => server.close());
  assert.equal(server.ready, false);
  assert.equal(find(parse(server.metrics()), 'ready'), 0);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  t.after(() => http.close());
  assert.equal(server.ready, true);
  assert.equal(find(parse(server.metrics()), 'ready'), 1);
});

interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly refId: string }[];
}

test('every query of the dashboard is about metrics and labels that there are', () => {
  const names = new Map<string, Set<string>>();
  for (const { name, labels } of parse(new SignalingServer({ port: 0 }).metrics())) {
    const known = names.get(name) ?? new Set<string>();
    names.set(name, known.add(labels.split('=')[0] ?? ''));
  }
  const dashboard = JSON.parse(readFileSync(new URL('../../docs/grafana.json', import.meta.url), 'utf8')) as {
    panels: Panel[];
  };
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  assert.ok(queries.length >= 10);
  const asked = new Set<string>();
  for (const query of queries) {
    const found = [...query.matchAll(/\b((?:peer_elements|process|nodejs)_[a-z_]+)/g)].map(
      ([, name]) => name!,
    );
    assert.ok(found.length > 0, query);
    for (const name of found) {
      assert.ok(names.has(name), `${query}: there is no ${name}`);
      asked.add(name);
      // A counter says something only as a rate, anything else never does.
      const isRate = new RegExp(`\\b(?:rate|increase)\\(${name}(?:\\{[^}]*\\})?\\[`).test(query);
      assert.equal(isRate, /_(?:total|bucket|sum|count)$/.test(name), query);
    }
    for (const [, label = ''] of query.matchAll(/by \(([a-z]+)\)/g)) {
      assert.ok(
        found.some((name) => names.get(name)?.has(label)) || label === 'instance',
        `${query}: no label ${label}`,
      );
    }
  }
  const unseen = [...names.keys()].filter((name) => name.startsWith('peer_') && !asked.has(name));
  assert.deepEqual(
    unseen.filter((name) => !/_(?:sum|count)$/.test(name)),
    [],
    'all that is counted is shown',
  );
  const cells = new Set<string>();
  for (const { gridPos, title } of dashboard.panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(!cells.has(`${x},${y}`), `${title} covers another`);
        cells.add(`${x},${y}`);
      }
    }
  }
});
