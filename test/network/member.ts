/** One page of the laboratory in a room with one other, by nothing but the public API. */
import type { Page } from 'puppeteer-core';
import type * as core from '../../src/index.js';
import { until } from '../support/until.js';

/** Generous; what works is there a hundred times sooner. */
const PATIENCE = 20_000;

/** An event, when it was fired, and what the peer's path was then. */
export interface Note {
  readonly type: string;
  /** Milliseconds since 1970, as precise as the page knows. */
  readonly at: number;
  readonly path: string | null;
  readonly data?: unknown;
  /** The message's type. */
  readonly kind?: string;
  readonly text?: string;
}

interface Desk {
  readonly room: core.PeerRoom;
  readonly notes: Note[];
  /** Sends 0, 1, 2 … from now on. */
  count(interval: number): void;
  /** @returns how many there were */
  stop(): number;
  /** What sending one of them said that it could not do. */
  readonly refusals: string[];
}

declare global {
  interface Window {
    core: typeof core;
    desk: Desk;
  }
}

const EVENTS = [
  ...['open', 'join', 'peer', 'leave', 'data', 'gap', 'untrusted', 'error', 'close'],
  ...['upgradeattempt', 'upgrade', 'upgradeerror', 'downgrade'],
  ...['reconnecting', 'reconnect', 'reconnecterror'],
];

/** Runs in the page, so it uses nothing from outside. */
function sitDown(options: core.PeerRoomOptions, events: readonly string[]): void {
  const notes: Note[] = [];
  const refusals: string[] = [];
  let next = 0;
  let timer: number | undefined;
  const path = (): string | null => [...room.peers.values()][0]?.path ?? null;
  const note = (type: string, more: Partial<Note> = {}): void => {
    notes.push({ type, at: performance.timeOrigin + performance.now(), path: path(), ...more });
  };
  const room = new window.core.PeerRoom(options);
  note('start');
  for (const type of events) {
    room.addEventListener(type, (event) => {
      const { data, type: kind, error, reason, path } = (event as CustomEvent).detail;
      const text = error ? `${error.code}: ${error.message}` : reason;
      note(type, {
        ...(type === 'data' ? { data, kind } : {}),
        ...(text === undefined ? {} : { text }),
        ...(path === undefined ? {} : { path }),
      });
    });
  }
  room.addEventListener('peer', ({ detail: { peer } }) => void peer.send('hello', { type: 'greeting' }));
  window.desk = {
    room,
    notes,
    refusals,
    count(interval) {
      timer = window.setInterval(() => {
        room.send(next++, { type: 'count' }).catch((error: unknown) => refusals.push(String(error)));
      }, interval);
    },
    stop() {
      clearInterval(timer);
      return next;
    },
  };
}

export interface Wanted {
  /** Milliseconds since 1970. */
  readonly since?: number;
  readonly path?: string;
  /** Of a message. */
  readonly kind?: string;
  readonly timeout?: number;
}

/** The time here, as notes have it. */
export const now = (): number => performance.timeOrigin + performance.now();

export class Member {
  readonly page: Page;
  readonly #side: string;

  private constructor(page: Page, side: string) {
    this.page = page;
    this.#side = side;
  }

  static async enter(page: Page, side: string, options: core.PeerRoomOptions): Promise<Member> {
    await page.evaluate(sitDown, options, EVENTS);
    return new Member(page, side);
  }

  notes(type: string): Promise<Note[]> {
    return this.page.evaluate((of) => window.desk.notes.filter((note) => note.type === of), type);
  }

  /** The first of these events, as soon as there is one. */
  when(type: string, { timeout = PATIENCE, ...wanted }: Wanted = {}): Promise<Note> {
    const find = (of: string, { since = 0, path, kind }: Wanted): Note | undefined =>
      window.desk.notes.find(
        (note) =>
          note.type === of &&
          note.at >= since &&
          (path === undefined || note.path === path) &&
          (kind === undefined || note.kind === kind),
      );
    const what = `${type} ${JSON.stringify(wanted)} on the ${this.#side}`;
    return until(() => this.page.evaluate(find, type, wanted), { timeout, what });
  }

  /** Waits until messages take this path. @returns when it was announced */
  async takes(path: string, { since = 0, timeout = PATIENCE }: Wanted = {}): Promise<number> {
    const { at } = await until(
      () =>
        this.page.evaluate(
          (wanted, from) => {
            if ([...window.desk.room.peers.values()][0]?.path !== wanted) return undefined;
            const news = window.desk.notes.filter(({ type }) => /peer|grade$/.test(type));
            return news.find((note) => note.at >= from && note.path === wanted);
          },
          path,
          since,
        ),
      { timeout, what: `the path "${path}" on the ${this.#side}` },
    );
    return at;
  }

  /** Kinds of the candidates in use, like `relay srflx`; null without a connection. */
  candidates(): Promise<string | null> {
    return this.page.evaluate(async () => {
      const [peer] = window.desk.room.peers.values();
      if (!peer?.connection) return null;
      const all = [...((await peer.getStats()) as ReadonlyMap<string, Record<string, unknown>>).values()];
      const selected = all.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
      // Firefox has no such entry.
      const pair = all.find((one) =>
        selected ? one['id'] === selected : one['nominated'] && one['state'] === 'succeeded',
      );
      return ['localCandidateId', 'remoteCandidateId']
        .map((end) => all.find(({ id }) => id === pair?.[end])?.['candidateType'])
        .join(' ');
    });
  }

  say(text: string): Promise<void> {
    return this.page.evaluate((data) => window.desk.room.send(data, { type: 'word' }), text);
  }

  async hears(text: string): Promise<void> {
    const heard = (data: string): boolean => window.desk.notes.some((note) => note.data === data);
    await until(() => this.page.evaluate(heard, text), { timeout: PATIENCE, what: `"${text}"` });
  }

  count(interval = 20): Promise<void> {
    return this.page.evaluate((every) => window.desk.count(every), interval);
  }

  stopCounting(): Promise<number> {
    return this.page.evaluate(() => window.desk.stop());
  }

  refusals(): Promise<string[]> {
    return this.page.evaluate(() => window.desk.refusals);
  }

  /** The numbers that came, as they came. */
  async numbers(): Promise<number[]> {
    const messages = await this.notes('data');
    return messages.filter(({ kind }) => kind === 'count').map(({ data }) => data as number);
  }

  async hearsNumbers(count: number): Promise<void> {
    const heard = (least: number): boolean =>
      window.desk.notes.filter(({ kind }) => kind === 'count').length >= least;
    const what = `${count} numbers on the ${this.#side}`;
    await until(() => this.page.evaluate(heard, count), { timeout: PATIENCE, what });
  }

  /** For the report on a failed test. */
  async describe(): Promise<string> {
    const lines = await this.page.evaluate(() => {
      const { notes, refusals } = window.desk;
      const start = notes[0]!.at;
      const seconds = (at: number): string => ((at - start) / 1000).toFixed(2).padStart(6);
      return [
        ...notes
          .filter(({ kind }) => kind !== 'count')
          .map(({ at, type, ...rest }) => `${seconds(at)} ${type} ${JSON.stringify(rest)}`),
        ...refusals.slice(0, 3),
      ];
    });
    return [`On the ${this.#side}:`, ...lines].join('\n    ');
  }
}
