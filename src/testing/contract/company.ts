/** Pages that meet in rooms, for one case of the contract. */
import { toBase64url } from '../../base64url.js';
import type { JoinRequest, Signaling, SignalingSession } from '../../signaling.js';
import { equal, hold } from './expectation.js';
import { RecordingSink } from './recording-sink.js';
import type { Wait } from './wait.js';

/** A page whose connection can be taken away, as by a network that changes; it dials in vain until it is mended. */
export interface BreakablePage {
  readonly signaling: Signaling;
  cut(): void;
  mend(): void;
}

export interface Guest {
  readonly sink: RecordingSink;
  readonly session: SignalingSession;
}

export interface Member extends Guest {
  readonly id: string;
}

export interface CompanyOptions {
  readonly page: () => Signaling;
  readonly timeout: number;
  readonly wait: Wait;
}

export const randomRoom = (): string => toBase64url(crypto.getRandomValues(new Uint8Array(32)));
export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** ms; so that connections are soon back. */
const RECONNECT_DELAY = 20;

export class Company {
  /** An adaptor as another page with another identity would have it. */
  readonly page: () => Signaling;
  readonly #timeout: number;
  readonly #wait: Wait;
  readonly #sessions: SignalingSession[] = [];
  #guests = 0;

  constructor({ page, timeout, wait }: CompanyOptions) {
    this.page = page;
    this.#timeout = timeout;
    this.#wait = wait;
  }

  /** Begins to join. */
  enter(room: string, more: Partial<JoinRequest> = {}, signaling = this.page()): Guest {
    const request: JoinRequest = {
      room,
      entry: 'join-or-create',
      hello: text('hello'),
      timeout: this.#timeout,
      reconnect: true,
      reconnectDelay: RECONNECT_DELAY,
      ...more,
    };
    const name = `page ${String(++this.#guests)} of this case`;
    const sink = new RecordingSink({ name, wait: this.#wait, timeout: this.#timeout });
    const session = signaling.join(request, sink);
    this.#sessions.push(session);
    return { sink, session };
  }

  /** Joins. */
  async join(room: string, more: Partial<JoinRequest> = {}, signaling = this.page()): Promise<Member> {
    const { sink, session } = this.enter(room, more, signaling);
    await sink.heard('joined');
    return { sink, session, id: sink.all('open')[0]?.id ?? '' };
  }

  /** Asserts that somebody is refused, for good. */
  async refused(
    room: string,
    code: string,
    more: Partial<JoinRequest> = {},
    signaling = this.page(),
  ): Promise<void> {
    const { sink } = this.enter(room, more, signaling);
    const [close] = await sink.heard('close');
    equal(sink.all('joined').length, 0, 'how often a refused page is told "joined"');
    equal(close?.error?.code, code, "the code of close()'s error for a refused page");
    equal(close?.error?.final, true, 'whether that error is final');
  }

  /** Waits. @param what the error names */
  until(condition: () => boolean, what: string): Promise<void> {
    return this.#wait(condition, { timeout: this.#timeout, what: () => what });
  }

  /** Waits until each is in or refused. @returns those who are in */
  async winners(racers: readonly Guest[]): Promise<readonly Guest[]> {
    const isDecided = ({ sink }: Guest): boolean =>
      sink.told.some(({ what }) => what === 'joined' || what === 'close');
    const undecided = (): number => racers.filter((racer) => !isDecided(racer)).length;
    await this.#wait(() => undecided() === 0, {
      timeout: this.#timeout,
      what: () => `${String(undecided())} of ${String(racers.length)} to be told "joined" or "close"`,
    });
    return racers.filter(({ sink }) => sink.all('joined').length > 0);
  }

  /** Leaves all rooms. */
  part(): void {
    for (const session of this.#sessions.splice(0)) session.close();
  }
}

/** What a sink was told, by its kinds. */
export const kinds = ({ told }: RecordingSink): string[] => told.map(({ what }) => what);

/** Asserts that nothing of a kind was told. */
export function silent(sink: RecordingSink, what: 'peer' | 'gone' | 'message' | 'drain', why: string): void {
  const told = sink.all(what).length;
  hold(told === 0, `${why}: "${what}" was told ${String(told)} times`);
}
