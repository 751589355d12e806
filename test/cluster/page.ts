/**
 * What a page is to servers: a key, a room, connections that come and go. Dials again as a page does, at any of the
 * servers, and writes down what it was told.
 */
import type { TestClient } from '../server/client.js';
import { createKey, type Key, type Received } from '../server/client.js';
import type { Node } from './nodes.js';

/** What it knows of somebody else in the room. */
export interface Known {
  readonly hello: string;
}

export interface Said {
  readonly from: string;
  readonly text: string;
}

export class Page {
  readonly key: Key;
  readonly hello: string;
  /** The others, by what it was told last. */
  readonly others = new Map<string, Known>();
  readonly heard: Said[] = [];
  /** `peer` and `gone` as they came, and how often it was let in. */
  readonly told: string[] = [];
  joins = 0;
  refused: string | null = null;
  #choose: () => Node;
  #room: string;
  #capacity: number;
  #client: TestClient | null = null;
  #in = false;
  #ended = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(key: Key, hello: string, room: string, capacity: number, choose: () => Node) {
    this.key = key;
    this.hello = hello;
    this.#room = room;
    this.#capacity = capacity;
    this.#choose = choose;
  }

  /** @param choose where it dials, each time */
  static async open(room: string, choose: () => Node, { capacity = 0, hello = '' } = {}): Promise<Page> {
    const page = new Page(createKey(), hello, room, capacity, choose);
    page.#running = page.#run();
    return page;
  }

  get id(): string {
    return this.key.id;
  }

  /** It is in, as far as it knows. */
  get present(): boolean {
    return this.#in;
  }

  get client(): TestClient | null {
    return this.#client;
  }

  say(to: string, text: string): void {
    if (this.#in) this.#client?.message(0, to, text);
  }

  /** Its network is gone for a moment. */
  drop(): void {
    this.#in = false;
    this.#client?.ws.terminate();
  }

  /** For good. */
  async leave(): Promise<void> {
    this.#ended = true;
    if (this.#in) this.#client?.send({ type: 'leave', n: 0 });
    this.#in = false;
    this.#client?.ws.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#ended; failures++) {
      try {
        const client = (this.#client = this.#choose().open());
        await client.login({ key: this.key });
        client.askToJoin(0, this.#room, { hello: this.hello, capacity: this.#capacity });
        for (;;) {
          this.#take(await client.any('joined', 'refused', 'peer', 'gone', 'message', 'closed'));
          if (this.#in) failures = 0;
        }
      } catch {
        this.#in = false;
        if (this.refused !== null) return;
      }
      const wait = Math.random() * Math.min(2000, 100 * 2 ** failures);
      if (!this.#isEnded()) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  #isEnded(): boolean {
    return this.#ended;
  }

  #take(received: Received): void {
    switch (received.type) {
      case 'joined':
        this.joins++;
        this.#in = true;
        this.others.clear();
        for (const { id, hello } of received.members) this.others.set(id, { hello });
        break;
      case 'peer':
        this.told.push(`peer ${received.id}`);
        this.others.set(received.id, { hello: received.hello });
        break;
      case 'gone':
        this.told.push(`gone ${received.id} ${received.reason}`);
        this.others.delete(received.id);
        break;
      case 'message':
        this.heard.push({ from: received.id, text: received.text });
        break;
      case 'refused':
      case 'closed':
        this.#in = false;
        this.refused = received.type === 'refused' ? received.code : 'closed';
        break;
      default:
    }
  }
}
