/** Whatever brings them together: three browsers meet and talk, one crashes, the server does, and all are there again. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { launchFirefox } from '../support/launch.js';
import { root } from '../tools/workspace.mjs';
import { inTime } from '../support/until.js';
import { backEnds, local, type BackEnd, type Process } from './back-ends.js';
import { separateTabs } from './crash.js';
import { uniqueName, useSite, type Site } from './hosting.js';
import type { Told } from './recorder.js';
import { play, useBrowsers, type Stage } from './stage.js';
import { meet, type Visitor } from './visitor.js';

const WORDS = 20;
/** For what is done again and again until it succeeds. */
const PATIENCE = 60_000;

/** Everyone says so many words to the others given. @returns resolves once they have heard each of them once, in order */
async function converse(...visitors: readonly Visitor[]): Promise<void> {
  const type = crypto.randomUUID();
  const ids = await Promise.all(visitors.map((visitor) => visitor.id()));
  const others = (self: number): string[] => ids.filter((_, i) => i !== self);
  const said = visitors.map(({ page }, self) =>
    page.evaluate(
      async (count, kind, to) => {
        const words = Array.from({ length: count }, (_, n) => n);
        await Promise.all(words.map((n) => window.e2e.source.send(n, { type: kind, to })));
      },
      WORDS,
      type,
      others(self),
    ),
  );
  const numbers = Array.from({ length: WORDS }, (_, n) => n);
  for (const [self, visitor] of visitors.entries()) {
    const enough = (kind: string, count: number): boolean =>
      window.e2e.told.filter((told) => told.kind === kind).length >= count;
    await visitor.until('all words', enough, type, WORDS * (ids.length - 1));
    const heard = (await visitor.told('data')).filter(({ kind }) => kind === type);
    for (const id of others(self)) {
      const words = heard.filter(({ peer }) => peer === id).map(({ data }) => data);
      assert.deepEqual(words, numbers, `from ${id}`);
    }
  }
  await Promise.all(said);
}

const onPath = (visitor: Visitor, path: PathName): Promise<void> =>
  visitor.until(
    `the path ${path}`,
    (wanted) => [...window.e2e.source.peers.values()].every(({ path: taken }) => taken === wanted),
    path,
  );

/** All events of a type, as soon as there are `count`: what takes long is not asked for again and again. */
async function wait({ page }: Visitor, type: string, count: number): Promise<Told[]> {
  const coming = page.evaluate(
    (of, wanted) =>
      new Promise<Told[]>((resolve) => {
        const look = (): void => {
          const told = window.e2e.told.filter((one) => one.type === of);
          if (told.length >= wanted) resolve(told);
        };
        // After the recorder, which listens on the window as well.
        addEventListener(of, look, true);
        look();
      }),
    type,
    count,
  );
  return inTime(coming, `${count} × "${type}"`, PATIENCE);
}

/** Ann and Bob stay; the server is gone for a while, if there is one. */
async function endureOutage({ server, reconnects, path }: Scene, stayed: readonly Visitor[]): Promise<void> {
  await server?.stop('SIGKILL');
  if (reconnects) for (const visitor of stayed) await wait(visitor, 'reconnecterror', 1);
  const during = converse(...stayed);
  // It is waited for later.
  during.catch(() => undefined);
  if (path === 'direct') await during;
  await server?.start();
  if (reconnects) for (const visitor of stayed) await wait(visitor, 'reconnect', 1);
  await during;
  await converse(...stayed);
}

type PathName = 'direct' | 'relay';
interface Scene extends Omit<BackEnd, 'serve'> {
  readonly path: PathName;
  /** Null where there is none that could be started anew. */
  readonly server: Process | null;
}

/** A direct path takes its time to break, and the machine to tell, ms. */
const SLACK = 10_000;

interface Cast {
  /** They stay. */
  readonly stayed: readonly [Visitor, Visitor];
  /** Opens the tab that will crash, again and again in the same browser. */
  enter(): Promise<[Visitor, () => Promise<void>]>;
}

/** As if they had never been apart, and nobody is there twice. */
async function areAllThere(...visitors: readonly Visitor[]): Promise<void> {
  await meet(...visitors);
  await converse(...visitors);
  for (const visitor of visitors) {
    for (const type of ['error', 'gap', 'untrusted']) assert.deepEqual(await visitor.told(type), [], type);
    assert.equal((await visitor.told('join')).length, 1);
  }
}

/** Somebody crashes, and the server, if there is one; who stayed misses the one and not the other. */
async function crashAndMiss(stage: Stage, scene: Scene, { stayed, enter }: Cast): Promise<string> {
  const [cid, crash] = await enter();
  await areAllThere(...stayed, cid);
  for (const visitor of [...stayed, cid]) await onPath(visitor, scene.path);
  const id = await cid.id();
  await crash();
  const crashed = performance.now();
  await endureOutage(scene, stayed);
  const inAgain = performance.now();
  for (const visitor of stayed) {
    const [{ peer, reason } = {}] = await wait(visitor, 'leave', 1);
    assert.deepEqual({ peer, reason }, { peer: id, reason: 'lost' });
  }
  const missed = performance.now();
  const seconds = (until: number): string => ((until - crashed) / 1000).toFixed(1);
  stage.say(
    `${scene.name}, ${scene.path}: in again after ${seconds(inAgain)} s, missed after ${seconds(missed)} s`,
  );
  assert.ok(missed - inAgain < scene.missedWithin + SLACK, 'missed too late');
  return id;
}

async function perform(stage: Stage, scene: Scene, cast: Cast): Promise<void> {
  const { stayed, enter } = cast;
  const [ann, bob] = stayed;
  const cidId = await crashAndMiss(stage, scene, cast);

  const [back, crash] = await enter();
  assert.equal((await back.id()) === cidId, scene.keepsIdentity);
  await areAllThere(...stayed, back);
  for (const visitor of stayed) {
    assert.deepEqual([(await visitor.told('peer')).length, (await visitor.told('leave')).length], [3, 1]);
  }

  // Once more, and back before anybody has missed it.
  await crash();
  const [again] = await enter();
  await areAllThere(...stayed, again);

  const bobId = await bob.id();
  await bob.page.evaluate(() => {
    window.e2e.source.close();
  });
  for (const visitor of [ann, again]) {
    await visitor.until('a good-bye', (id) => window.e2e.source.peers.get(id) === undefined, bobId);
    const last = (await visitor.told('leave')).at(-1);
    assert.deepEqual([last?.peer, last?.reason], [bobId, 'left']);
  }
  await areAllThere(ann, again);
}

/** What browsers say of sockets that are refused. */
const REFUSED =
  /WebSocket connection to .* failed|can’t establish a connection|was interrupted|NS_ERROR_(CONNECTION_REFUSED|NET_RESET)/;

const PATHS = ['direct', 'relay'] as const;

/** A page of that scene. */
const pageOf = (site: Site, { body, path, server }: Scene): string => {
  const attributes = path === 'relay' ? 'transport="relay"' : '';
  return site.page(body(server ?? { port: 0, url: '' }, uniqueName(), attributes), {}, '127.0.0.1');
};

// They wait more than they work.
describe('of three, one crashes and returns, whatever brought them together:', { concurrency: true }, () => {
  const browsers = useBrowsers({
    chromium: 'chromium',
    other: 'chromium',
    firefox: 'firefox',
    tabs: () => launchFirefox(separateTabs),
  });
  const site = useSite();
  before(async () => {
    site.add('/mqtt.js', await readFile(join(root, 'dist/signaling/mqtt.js'), 'utf8'));
  });

  for (const backEnd of backEnds) {
    describe(backEnd.name, { concurrency: 1 }, () => {
      for (const path of PATHS) {
        test(
          `three browsers, ${path}`,
          { timeout: 150_000 },
          play(async (stage) => {
            const server = backEnd.serve();
            await server.start();
            try {
              const scene = { ...backEnd, path, server };
              const url = pageOf(site, scene);
              const ann = await stage.enter(browsers.chromium, url);
              const bob = await stage.enter(browsers.firefox, url);
              let last: Visitor | undefined;
              const open = async (): Promise<Visitor> => {
                last = await (last ? stage.tab(last, url) : stage.enter(browsers.other, url));
                last.claim(REFUSED);
                return last;
              };
              for (const visitor of [ann, bob]) visitor.claim(REFUSED);
              const enter = () => stage.fragile(browsers.other, open);
              await perform(stage, scene, { stayed: [ann, bob], enter });
            } finally {
              await server.stop('SIGKILL');
            }
          }),
        );
      }
    });
  }

  describe('local:', { concurrency: 1 }, () => {
    for (const path of PATHS) {
      for (const [name, kind] of [
        ['Chromium', 'other'],
        ['Firefox', 'tabs'],
      ] as const) {
        test(
          `three tabs of ${name}, ${path}`,
          { timeout: 150_000, skip: kind === 'tabs' && process.platform !== 'linux' },
          play(async (stage) => {
            const scene = { ...local, path, server: null };
            const url = pageOf(site, scene);
            const ann = await stage.enter(browsers[kind], url);
            const bob = await stage.tab(ann, url);
            const enter = () => stage.fragile(browsers[kind], () => stage.tab(ann, url));
            await perform(stage, scene, { stayed: [ann, bob], enter });
          }),
        );
      }
    }
  });
});
