/** Requests between two peers: ours that wait for an answer, and theirs that are being answered. */
import { encode, type Encoded } from './codec/value.js';
import { PeerError } from './errors.js';
import type { Peer } from './peer.js';
import { RequestEvent, type RequestDetail } from './request-event.js';
import type { Answer, Refusal, RemoteError, RequestFrame, RequestMessage } from './request-frame.js';

/** What is asked, once encoded for all who are asked. */
export interface Question {
  readonly id: number;
  readonly frame: Encoded;
}

interface Pending {
  /** The other side has it, if it still is who it was. */
  sent: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Asked {
  readonly id: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly controller: AbortController;
}

/** Gives the event to somebody who may answer. */
type Dispatch = (event: RequestEvent) => void;

/** Most requests of one peer that are being answered at a time. */
const MAX_ASKED = 1024;

const REFUSALS: Readonly<Record<Refusal, string>> = {
  refused: 'Nobody on the other side answers this request.',
  'rate-limited': `The other side answers no more than ${String(MAX_ASKED)} requests at a time.`,
  'too-large': 'The answer is larger than a message may be.',
};

/**
 * Its id is random: an answer that comes late is nobody else's, even when a page has forgotten what it asked.
 * @throws {DOMException} `DataCloneError` for what cannot be sent
 */
export function question(
  data: unknown,
  { type = '', metadata }: { readonly type?: string; readonly metadata?: unknown },
): Question {
  const id = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
  return { id, frame: encode({ request: id, type, data, metadata }) };
}

/** An error of whoever was asked: by name and message, without the stack of either page. */
function revive({ name, message }: RemoteError): Error {
  return Object.assign(new Error(message), { name, stack: `${name}: ${message}` });
}

/** Whatever was thrown over there; asking it may throw, too. */
function describe(cause: unknown): RemoteError {
  try {
    const { name, message }: { name: unknown; message: unknown } =
      cause instanceof Error ? cause : { name: 'Error', message: cause };
    return { name: String(name), message: String(message) };
  } catch {
    return { name: 'Error', message: '' };
  }
}

export class Requests {
  readonly #peer: Peer;
  readonly #dispatches: readonly Dispatch[];
  readonly #pending = new Map<number, Pending>();
  /** Theirs, until the answer is on its way: what they do not fetch counts, too. */
  readonly #asked = new Map<number, Asked>();
  /** Answers that no path has taken, also to what they have forgotten since. */
  #answering = 0;

  /** @param dispatches one after the other, until somebody answers */
  constructor(peer: Peer, dispatches: readonly Dispatch[]) {
    this.#peer = peer;
    this.#dispatches = dispatches;
  }

  /** @param patience aborts with the PeerError that ends the waiting */
  ask({ id, frame }: Question, patience: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        const { code, message, cause } = patience.reason as PeerError;
        this.#take(id)?.reject(this.#error(code, message, cause));
      };
      const pending = { sent: false, resolve, reject };
      this.#pending.set(id, pending);
      if (patience.aborted) {
        giveUp();
        return;
      }
      const sent = this.#peer.transmit(frame, patience);
      patience.addEventListener('abort', () => {
        if (!this.#pending.has(id)) return;
        giveUp();
        // What was taken back in time never gets as far.
        sent.then(() => this.#peer.transmit(encode({ cancel: id }))).catch(() => undefined);
      });
      sent.then(
        () => (pending.sent = true),
        (error: unknown) => this.#take(id)?.reject(error as PeerError),
      );
    });
  }

  receive(frame: RequestFrame): void {
    if (frame.kind === 'request') this.#receive(frame);
    else if (frame.kind === 'response') this.#answered(frame.id, frame.answer);
    else this.#asked.get(frame.id)?.controller.abort();
  }

  /** The other side has forgotten what we asked, and what it asked; what is not sent yet still will be. */
  forgotten(error: PeerError): void {
    for (const [id, { sent }] of this.#pending) if (sent) this.#take(id)?.reject(error);
    for (const { controller } of this.#asked.values()) controller.abort();
    this.#asked.clear();
  }

  /** The end. */
  close(error: PeerError): void {
    this.forgotten(error);
    for (const id of this.#pending.keys()) this.#take(id)?.reject(error);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #answered(id: number, answer: Answer): void {
    const pending = this.#take(id);
    if (!pending) return;
    if ('data' in answer) pending.resolve(answer.data);
    else if ('error' in answer) pending.reject(revive(answer.error));
    else pending.reject(this.#error(answer.refusal, REFUSALS[answer.refusal]));
  }

  #receive({ id, data, type, metadata }: RequestMessage): void {
    const { size } = this.#asked;
    // Even to be refused they have to fetch the answers.
    if (this.#asked.has(id) || Math.max(size, this.#answering) >= 2 * MAX_ASKED) return;
    const asked = { id, controller: new AbortController() };
    this.#asked.set(id, asked);
    if (size >= MAX_ASKED) {
      void this.#reply(asked, { refusal: 'rate-limited' });
    } else if (!this.#isAnswered(asked, { data, type, metadata, peer: this.#peer })) {
      void this.#reply(asked, { refusal: 'refused' });
    }
  }

  #isAnswered(asked: Asked, detail: RequestDetail): boolean {
    return this.#dispatches.some((dispatch) => {
      const event = new RequestEvent(detail, asked.controller.signal, (answer) => {
        void this.#answer(asked, answer);
      });
      dispatch(event);
      return event.responded;
    });
  }

  async #answer(asked: Asked, answer: unknown): Promise<void> {
    try {
      const data = await answer;
      await this.#reply(asked, { data });
    } catch (error) {
      await this.#reply(asked, { error: describe(error) });
    }
  }

  /** @throws {DOMException} `DataCloneError` */
  async #reply(asked: Asked, answer: Answer): Promise<void> {
    const { id, controller } = asked;
    const frame = encode({ response: id, ...answer });
    this.#answering++;
    try {
      if (!controller.signal.aborted) await this.#peer.transmit(frame);
    } catch (error) {
      if ((error as PeerError).code === 'too-large') await this.#reply(asked, { refusal: 'too-large' });
    } finally {
      this.#answering--;
    }
    if (this.#asked.get(id) === asked) this.#asked.delete(id);
  }

  #error(code: PeerError['code'], message: string, cause?: unknown): PeerError {
    return new PeerError(code, message, { peers: [this.#peer.id], cause });
  }
}
