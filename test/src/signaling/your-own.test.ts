/** The adaptor that docs/signalling.md shows, exactly as it stands there. */
import { expect } from '@open-wc/testing';
import type { Signaling } from '../../../src/index.js';
import { closeAll, makeRoom, meshed, nextData, uniqueName, upgraded } from '../../support/sources.js';
import { once } from '../../support/until.js';

interface Topics {
  subscribe(topic: string, hear: (text: string) => void): () => void;
  publish(topic: string, text: string): void;
}
interface Example {
  topicSignaling(topics: Topics): Signaling;
}

async function example(): Promise<Example> {
  const page = await (await fetch('/docs/signalling.md')).text();
  const [code = ''] =
    /(?<=```js\n)(?:(?!```).)*export function topicSignaling(?:(?!```).)*/s.exec(page) ?? [];
  const core = new URL('/src/index.ts', location.href).href;
  const module = new Blob([code.replace("'peer-elements/core'", `'${core}'`)], { type: 'text/javascript' });
  const url = URL.createObjectURL(module);
  try {
    return (await import(url)) as Example;
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** As a service with topics has them: later, and to everybody. */
function makeTopics(): Topics {
  const heard = new Map<string, Set<(text: string) => void>>();
  const of = (topic: string) => heard.get(topic) ?? heard.set(topic, new Set()).get(topic)!;
  return {
    subscribe: (topic, hear) => {
      of(topic).add(hear);
      return () => of(topic).delete(hear);
    },
    publish: (topic, text) => {
      for (const hear of of(topic)) setTimeout(hear, 0, text);
    },
  };
}

describe('An adaptor of one’s own', () => {
  afterEach(closeAll);

  it('is as short as the docs show it', async () => {
    const { topicSignaling } = await example();
    const topics = makeTopics();
    const room = uniqueName();
    const rooms = Array.from({ length: 3 }, () => makeRoom({ room, signaling: topicSignaling(topics) }));
    await meshed(...rooms);
    const [a, b, c] = rooms as [(typeof rooms)[0], (typeof rooms)[0], (typeof rooms)[0]];
    const heard = nextData(b);
    void a.send('by topics', { to: b.peerId! });
    expect((await heard).data).to.equal('by topics');
    await upgraded(...rooms);
    const left = once<{ reason: string }>(a, 'leave');
    c.close();
    expect((await left).detail.reason).to.equal('left');
  });

  it('keeps others out by their password, although it knows of none', async () => {
    const { topicSignaling } = await example();
    const topics = makeTopics();
    const room = uniqueName();
    const [a, b] = ['right', 'wrong'].map((password) =>
      makeRoom({ room, password, signaling: topicSignaling(topics) }),
    );
    // Which of the two is told first depends on which begins.
    await Promise.race([a, b].map((one) => once(one!, 'untrusted')));
    const reached = [a, b].flatMap((one) =>
      [...one!.peers.values()].filter(({ state }) => state === 'connected'),
    );
    expect(reached).to.be.empty;
  });
});
