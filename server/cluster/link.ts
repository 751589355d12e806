/**
 * One life of the connections to Redis: commands on one, what we are told on the other. They end together, as soon as
 * either is lost, does not answer, or brings us nothing although we are being talked to. Another link starts over.
 */
import { randomBytes } from 'node:crypto';
import { connect, type RedisClient } from './client.js';
import { Post } from '../post.js';
import { SCRIPTS, type Names, type Script } from './scripts.js';
import type { RedisSettings } from './settings.js';
import { encodeBatch, encodeBeat, parseNews, unbatched, type News } from './wire.js';

export interface LinkEvents {
  /** Everything but our own heartbeat. */
  heard(news: News): void;
  /** Once, unless closed. */
  ended(error: Error): void;
}

interface Watched {
  readonly since: number;
}

/** Looks in the time that an answer may take: a process that stood still sees that it did by looking late. */
const LOOKS = 4;
/** Bytes of messages that Redis has not taken: more are dropped, as on any network. */
const MOST_UNDER_WAY = 16_777_216;
/** Bytes of messages that are published together. */
const MOST_BATCHED = 65_536;

export class Link {
  #names: Names;
  #events: LinkEvents;
  #client: RedisClient | undefined;
  #ended = false;
  #looks = 0;
  #pending = new Set<Watched>();
  #underWay = 0;
  /** By channel, to be published at the end of this turn. */
  #batches = new Map<string, Buffer[]>();
  #batched = 0;
  #post = new Post();
  #beat = '';
  #beatAt = 0;
  #heard = true;
  #timer: NodeJS.Timeout | undefined;

  private constructor(names: Names, events: LinkEvents) {
    this.#names = names;
    this.#events = events;
  }

  /** Resolves when everything said to `node` arrives here; rejects with what the client says. */
  static async open(settings: RedisSettings, names: Names, node: string, events: LinkEvents): Promise<Link> {
    const link = new Link(names, events);
    const client = await connect(settings, (error) => {
      if (link.#client) link.fail(error);
    });
    link.#client = client;
    link.#timer = setInterval(() => link.#look(node), settings.times.answer / LOOKS);
    try {
      await link.#watch(client.subscribe([names.node(node), names.everyone], (bytes) => link.#hear(bytes)));
      for (const { source } of Object.values(SCRIPTS)) {
        await link.#watch(client.send(names.cluster, ['SCRIPT', 'LOAD', source]));
      }
    } catch (error) {
      link.close();
      throw error;
    }
    return link;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** One of the scripts, in the order of the calls. Rejects when the link is lost: then it may have run. */
  run(script: keyof typeof SCRIPTS, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    // What was said before must not come after the going of who said it.
    this.deliver();
    return this.#watch(this.#run(SCRIPTS[script], keys, args));
  }

  listeners(channel: string): Promise<number> {
    return this.#client && !this.#ended ? this.#watch(this.#client.listeners(channel)) : Promise.resolve(0);
  }

  /**
   * Publishes it at the end of this turn of the event loop, together with what else goes there.
   * @returns false when the link is lost already
   */
  relay(channel: string, message: Buffer): boolean {
    if (!this.#client || this.#ended || this.#underWay > MOST_UNDER_WAY) return false;
    if (this.#batches.size === 0) this.#post.add(this);
    const batch = this.#batches.get(channel);
    if (batch) batch.push(message);
    else this.#batches.set(channel, [message]);
    this.#batched += message.length;
    if (this.#batched > MOST_BATCHED) this.deliver();
    return true;
  }

  /** @returns false when it is lost already */
  publish(channel: string, payload: string | Buffer): boolean {
    if (!this.#client || this.#ended || this.#underWay > MOST_UNDER_WAY) return false;
    const size = payload.length;
    this.#underWay += size;
    this.#watch(this.#client.publish(channel, payload)).then(
      () => (this.#underWay -= size),
      (error: unknown) => this.fail(error instanceof Error ? error : new Error(String(error))),
    );
    return true;
  }

  /** Ends it, and says so. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.close();
    this.#events.ended(error);
  }

  close(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#client?.destroy();
  }

  /** Publishes what waits for that. */
  deliver(): void {
    this.#batched = 0;
    for (const [channel, messages] of this.#batches) this.publish(channel, encodeBatch(messages));
    this.#batches.clear();
  }

  async #run({ source, digest }: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const client = this.#client;
    if (!client || this.#ended) throw new Error('The link to Redis is lost');
    const [key = ''] = keys;
    const rest = [String(keys.length), ...keys, ...args];
    try {
      return await client.send(key, ['EVALSHA', digest, ...rest]);
    } catch (error) {
      // Another server of a Redis Cluster, or one that was told to forget them.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.send(key, ['EVAL', source, ...rest]);
    }
  }

  async #watch<T>(promise: Promise<T>): Promise<T> {
    const watched = { since: this.#looks };
    this.#pending.add(watched);
    try {
      return await promise;
    } finally {
      this.#pending.delete(watched);
    }
  }

  #hear(bytes: Buffer): void {
    if (this.#ended) return;
    for (const one of unbatched(bytes)) {
      const news = parseNews(one);
      if (news?.type === 'beat') this.#heard ||= news.beat === this.#beat;
      else if (news) this.#events.heard(news);
    }
  }

  #look(node: string): void {
    this.#looks++;
    const [oldest] = this.#pending;
    if (oldest && this.#looks - oldest.since > LOOKS) return this.fail(new Error('Redis does not answer'));
    if (this.#looks - this.#beatAt <= LOOKS) return;
    if (!this.#heard) return this.fail(new Error('Redis answers, and tells us nothing'));
    this.#heard = false;
    this.#beat = randomBytes(6).toString('hex');
    this.#beatAt = this.#looks;
    this.publish(this.#names.node(node), encodeBeat(this.#beat));
  }
}
