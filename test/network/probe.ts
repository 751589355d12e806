/**
 * WebRTC by hand between two pages of the laboratory, their negotiation carried by the test: what this finds is what
 * the network allows, whatever our own code makes of it.
 */
import type { Page } from 'puppeteer-core';

export interface Outcome {
  readonly state: 'open' | 'failed' | 'closed';
  /** Milliseconds from the offer. */
  readonly time: number;
  /** Kinds of the pair in use on this side, like `relay/tcp srflx/udp`: the first with how TURN is reached. */
  readonly pair: string;
}

export interface Gathered {
  /** Kinds of the candidates so far, sorted: `host`, `relay`, `srflx`. */
  readonly kinds: readonly string[];
  /** STUN's and TURN's complaints. */
  readonly errors: readonly number[];
  readonly complete: boolean;
}

interface Probe {
  /** What the other side has to know, in order. */
  next(): Promise<string>;
  take(message: string): Promise<void>;
  readonly outcome: Promise<Outcome>;
  seen(): Gathered;
  readonly channel: RTCDataChannel;
}

declare global {
  interface Window {
    probe: Probe;
  }
}

/** Runs in the page, so it uses nothing from outside. */
async function makeProbe(configuration: RTCConfiguration, begins: boolean): Promise<void> {
  const connection = new RTCPeerConnection(configuration);
  const channel = connection.createDataChannel('probe', { negotiated: true, id: 0 });
  const started = performance.now();

  const messages: string[] = [];
  let wake = (): void => {};
  const say = (message: object): void => {
    messages.push(JSON.stringify(message));
    wake();
  };
  const kinds = new Set<string>();
  const errors = new Set<number>();
  connection.addEventListener('icecandidateerror', ({ errorCode }) => errors.add(errorCode));
  connection.addEventListener('icecandidate', ({ candidate }) => {
    if (candidate?.type) kinds.add(candidate.type);
    if (candidate) say({ candidate });
  });

  const pairInUse = async (): Promise<string> => {
    const stats = new Map<string, Record<string, string>>();
    for (const [id, one] of await connection.getStats()) stats.set(id, one);
    const all = [...stats.values()];
    const selected = all.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
    // Firefox has no such entry.
    const pair =
      stats.get(selected ?? '') ?? all.find((one) => one['nominated'] && one['state'] === 'succeeded');
    return ['localCandidateId', 'remoteCandidateId']
      .map((end) => stats.get(pair?.[end] ?? ''))
      .map((one) => `${one?.['candidateType']}/${one?.['relayProtocol'] ?? one?.['protocol']}`)
      .join(' ');
  };
  const outcome = new Promise<Outcome>((resolve) => {
    const end = async (state: Outcome['state']): Promise<void> =>
      resolve({ state, time: performance.now() - started, pair: await pairInUse() });
    channel.addEventListener('open', () => void end('open'));
    connection.addEventListener('connectionstatechange', () => {
      const { connectionState: state } = connection;
      if (state === 'failed' || state === 'closed') void end(state);
    });
  });
  // Answers, as fast as they can be given.
  channel.addEventListener('message', ({ data }) => {
    if (data === 'ping') channel.send('pong');
  });

  const describe = async (): Promise<void> => {
    await connection.setLocalDescription();
    say({ description: connection.localDescription });
  };
  window.probe = {
    channel,
    outcome,
    seen: () => ({
      kinds: [...kinds].sort(),
      errors: [...errors],
      complete: connection.iceGatheringState === 'complete',
    }),
    async next() {
      while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      return messages.shift()!;
    },
    async take(message) {
      const { description, candidate } = JSON.parse(message);
      if (candidate) await connection.addIceCandidate(candidate);
      if (!description) return;
      await connection.setRemoteDescription(description);
      if (description.type === 'offer') await describe();
    },
  };
  if (begins) await describe();
}

async function carry(from: Page, to: Page): Promise<void> {
  try {
    for (;;) {
      const message = await from.evaluate(() => window.probe.next());
      await to.evaluate((one) => window.probe.take(one), message);
    }
  } catch (error) {
    // It ends with the pages.
    if (!from.isClosed() && !to.isClosed()) throw error;
  }
}

/** Connects two pages, or does not. @returns what each of them says about it */
export async function connect(
  [left, right]: readonly [Page, Page],
  configuration: RTCConfiguration,
): Promise<readonly [Outcome, Outcome]> {
  await right.evaluate(makeProbe, configuration, false);
  await left.evaluate(makeProbe, configuration, true);
  const carried = Promise.all([carry(left, right), carry(right, left)]).then(() => {
    throw new Error('A page was closed.');
  });
  const outcome = (page: Page): Promise<Outcome> => page.evaluate(() => window.probe.outcome);
  return Promise.race([Promise.all([outcome(left), outcome(right)]), carried]);
}

/** Lets a page find out about itself alone, from whom it is given to ask. */
export const start = (page: Page, configuration: RTCConfiguration): Promise<void> =>
  page.evaluate(makeProbe, configuration, true);

export const seen = (page: Page): Promise<Gathered> => page.evaluate(() => window.probe.seen());

/** Milliseconds to the other side of an open connection and back: the least of some, which nothing disturbed. */
export const roundTrip = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { channel } = window.probe;
    const times: number[] = [];
    for (let i = 0; i < 10; i++) {
      const sent = performance.now();
      const back = new Promise((resolve) => channel.addEventListener('message', resolve, { once: true }));
      channel.send('ping');
      await back;
      times.push(performance.now() - sent);
    }
    return Math.min(...times);
  });
