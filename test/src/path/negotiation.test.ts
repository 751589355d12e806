import { expect } from '@open-wc/testing';
import { Negotiation, type NegotiationMessage } from '../../../src/path/negotiation.js';
import { until } from '../../support/until.js';

interface Wire {
  readonly deliver: (message: NegotiationMessage) => void;
  readonly repeat: () => void;
}

/** Two connections and what they signal, held back until the test lets it go. */
class Couple {
  readonly connections = [new RTCPeerConnection(), new RTCPeerConnection()] as const;
  readonly errors: unknown[] = [];
  readonly queues: [NegotiationMessage[], NegotiationMessage[]] = [[], []];
  readonly #ends: [Wire, Wire];
  held = false;

  constructor() {
    const ends = this.connections.map((pc, i) => {
      const negotiation = new Negotiation(pc, {
        polite: i === 1,
        send: (message) => {
          this.queues[i === 0 ? 1 : 0].push(message);
          if (!this.held) this.release();
        },
        onerror: (error) => this.errors.push(error),
      });
      return {
        deliver: (message: NegotiationMessage) => void negotiation.receive(message),
        repeat: () => {
          negotiation.repeat();
        },
      };
    });
    this.#ends = ends as [Wire, Wire];
  }

  /** Delivers to both sides what waits for them. */
  release(reorder: (messages: NegotiationMessage[]) => NegotiationMessage[] = (messages) => messages): void {
    for (const i of [0, 1] as const) {
      for (const message of reorder(this.queues[i].splice(0))) this.#ends[i].deliver(message);
    }
  }

  /** The impolite side sends again what has not been answered. */
  repeat(): void {
    this.#ends[0].repeat();
  }

  async connected(): Promise<void> {
    await until(
      () => {
        this.release();
        return this.connections.every(
          ({ signalingState, connectionState }) =>
            signalingState === 'stable' && connectionState === 'connected',
        );
      },
      { what: 'two connected connections' },
    );
  }

  close(): void {
    for (const pc of this.connections) pc.close();
  }
}

describe('Perfect negotiation', () => {
  let couple: Couple;
  beforeEach(() => {
    couple = new Couple();
  });
  afterEach(() => {
    couple.close();
    expect(couple.errors).to.be.empty;
  });

  it('connects when one side starts', async () => {
    couple.connections[0].createDataChannel('a');
    await couple.connected();
  });

  it('connects when both start at once, and both want something', async () => {
    couple.held = true;
    const [impolite, polite] = couple.connections;
    impolite.createDataChannel('a');
    polite.addTransceiver('audio');
    // Behind the offers: Chromium may never gather if it takes its offer back just as it begins to.
    const candidates = () => couple.queues.every((queue) => queue.some((message) => 'candidate' in message));
    await until(candidates, { what: 'two offers under way, with candidates' });
    couple.held = false;
    await couple.connected();
    await until(() => impolite.getTransceivers().length === 1, { what: 'the polite side to have its turn' });
  });

  it('does not mind the candidates of an offer that it ignored, however soon the answer comes behind them', async () => {
    const [impolite] = couple.connections;
    impolite.createDataChannel('a');
    await couple.connected();
    couple.held = true;
    for (const pc of couple.connections) pc.restartIce();
    const has = (type: string) =>
      couple.queues[0].some((message) => 'description' in message && message.description.type === type);
    const isRestarting = () => has('offer') && couple.queues[0].some((message) => 'candidate' in message);
    await until(() => isRestarting() && couple.queues[1].length > 0, { what: 'two restarts under way' });
    const ignored = couple.queues[0].splice(0);
    couple.release();
    await until(() => has('answer'), { what: 'the polite side to give way' });
    couple.queues[0].unshift(...ignored);
    couple.held = false;
    await couple.connected();
  });

  it('does not mind an offer that comes twice, nor its two answers', async () => {
    const [a] = couple.connections;
    couple.held = true;
    a.createDataChannel('a');
    await until(() => couple.queues[1].some((message) => 'description' in message), { what: 'an offer' });
    couple.repeat();
    expect(couple.queues[1].filter((message) => 'description' in message)).to.have.length(2);
    couple.release();
    await until(() => couple.queues[0].filter((message) => 'description' in message).length === 2, {
      what: 'two answers',
    });
    couple.held = false;
    await couple.connected();
  });

  it('keeps candidates that overtake the description they belong to', async () => {
    couple.held = true;
    couple.connections[0].createDataChannel('a');
    await until(() => couple.queues[1].some((message) => 'candidate' in message), { what: 'a candidate' });
    couple.release((messages) => [...messages].sort((message) => ('candidate' in message ? -1 : 1)));
    couple.held = false;
    await couple.connected();
  });

  it('converges whatever both sides do at once', async () => {
    const [a, b] = couple.connections;
    a.createDataChannel('a');
    for (let round = 0; round < 10; round++) {
      for (const pc of couple.connections) {
        const [transceiver] = pc.getTransceivers();
        if (transceiver && round % 3 === 0) transceiver.direction = round % 2 ? 'recvonly' : 'sendrecv';
        else pc.addTransceiver(round % 2 ? 'audio' : 'video');
      }
      await Promise.resolve();
    }
    await couple.connected();
    await until(() => a.getTransceivers().length === b.getTransceivers().length, {
      what: 'the same on both sides',
    });
  });
});

describe('A broken description', () => {
  it('is reported, not thrown', async () => {
    const pc = new RTCPeerConnection();
    const errors: unknown[] = [];
    const negotiation = new Negotiation(pc, {
      polite: true,
      send: () => undefined,
      onerror: (e) => errors.push(e),
    });
    await negotiation.receive({ description: { type: 'offer', sdp: 'nonsense' } });
    expect(errors).to.have.length(1);
    pc.close();
    await negotiation.receive({ description: { type: 'offer', sdp: 'nonsense' } });
    expect(errors, 'after the end nobody wants to know').to.have.length(1);
  });
});
