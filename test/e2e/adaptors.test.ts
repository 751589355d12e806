/** Whatever brings them together: three browsers meet and talk, one crashes, the server does, and all are there again. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SignalServer } from '../wtr/signal-server.mjs';
import { launchFirefox } from '../support/launch.js';
import { backEnds, local, type BackEnd } from './back-ends.js';
import { separateTabs } from './crash.js';
import { uniqueName, useSite } from './hosting.js';
import { play, useBrowsers, type Stage } from './stage.js';
import { meet, type Visitor } from './visitor.js';

const WORDS = 20;
/** For what is done again and again until it succeeds. */
const PATIENCE = 40_000;

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

/** Ann and Bob stay; the server is gone for a while, if there is one. */
async function endureOutage({ server, reconnects, path }: Scene, stayed: readonly Visitor[]): Promise<void> {
  await server?.stop('SIGKILL');
  if (reconnects) for (const visitor of stayed) await visitor.heard('reconnecterror');
  const during = converse(...stayed);
  if (path === 'direct') await during;
  await server?.start();
  if (reconnects) for (const visitor of stayed) await visitor.heard('reconnect', 1, PATIENCE);
  await during;
  await converse(...stayed);
}

type PathName = 'direct' | 'relay';
interface Scene extends Omit<BackEnd, 'serve'> {
  readonly path: PathName;
  /** Null where there is none that could be started anew. */
  readonly server: SignalServer | null;
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
    const [{ peer, reason } = {}] = await visitor.heard('leave', 1, 60_000);
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
  for (const visitor of stayed) assert.equal((await visitor.told('peer')).length, 3);

  // Once more, and faster than anybody can miss it.
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
  /WebSocket connection to .* failed|can’t establish a connection|was interrupted|(ERR|NS_ERROR)_CONNECTION_REFUSED/;

describe('of three, one crashes and returns, whatever brought them together:', { concurrency: 4 }, () => {
  const browsers = useBrowsers({
    chromium: 'chromium',
    other: 'chromium',
    firefox: 'firefox',
    tabs: () => launchFirefox(separateTabs),
    tabs2: () => launchFirefox(separateTabs),
  });
  const site = useSite();
  const pageOf = ({ body, path, server }: Scene): string => {
    const attributes = path === 'relay' ? 'transport="relay"' : '';
    return site.page(body(server ?? { port: 0, url: '' }, uniqueName(), attributes), {}, '127.0.0.1');
  };

  for (const path of ['direct', 'relay'] as const) {
    for (const backEnd of backEnds) {
      test(
        `${backEnd.name}: three browsers, ${path}`,
        { timeout: 150_000 },
        play(async (stage) => {
          const server = backEnd.serve();
          await server.start();
          try {
            const scene = { ...backEnd, path, server };
            const url = pageOf(scene);
            const stayed = [
              await stage.enter(browsers.chromium, url),
              await stage.enter(browsers.firefox, url),
            ] as const;
            for (const visitor of stayed) visitor.claim(REFUSED);
            let last: Visitor | undefined;
            const open = async (): Promise<Visitor> =>
              (last = await (last ? stage.tab(last, url) : stage.enter(browsers.other, url)));
            await perform(stage, scene, { stayed, enter: () => stage.fragile(browsers.other, open) });
          } finally {
            await server.stop('SIGKILL');
          }
        }),
      );
    }

    for (const name of ['chromium', path === 'direct' ? 'tabs' : 'tabs2'] as const) {
      test(
        `local: three tabs of ${name === 'chromium' ? 'Chromium' : 'Firefox'}, ${path}`,
        { timeout: 150_000, skip: name !== 'chromium' && process.platform !== 'linux' },
        play(async (stage) => {
          const scene = { ...local, path, server: null };
          const url = pageOf(scene);
          const ann = await stage.enter(browsers[name], url);
          const stayed = [ann, await stage.tab(ann, url)] as const;
          const enter = () => stage.fragile(browsers[name], () => stage.tab(ann, url));
          await perform(stage, scene, { stayed, enter });
        }),
      );
    }
  }
});
