/** Many members in one process: connects them, lets them talk, and says how it went. */
import { setInterval, clearInterval } from 'node:timers';
import { quantile } from '../report.mjs';
import { Member } from './member.mjs';
import { Dialler, encode } from './socket.mjs';

/** For what is under way when nothing more is said. */
const PATIENCE_MS = 5000;
const MARK = '~';
const STAMP = 16;
/** A turn of the pacing clock, ms. */
const TURN_MS = 2;

const rest = () => new Promise((resolve) => setTimeout(resolve, 5));

/** `bytes` characters, of which the first ones are the time. */
const said = (at, bytes) => (MARK + at.toFixed(6).padStart(STAMP, '0')).padEnd(bytes, 'x');

export class Crowd {
  #dialect;
  #dialler = new Dialler();
  #members = [];
  #delivered = 0;
  /** Said in `saturate()`, and not arrived. */
  #underWay = 0;
  #lost = [];
  #keys = [];

  constructor(dialect) {
    this.#dialect = dialect;
  }

  /** @param {number} count of those who are to come */
  prepare(count) {
    this.#keys = this.#dialect.makeKeys?.(count) ?? [];
  }

  /**
   * Members `first` to `first + count`, of whom each `perRoom` in turn share a room; they dial the `ports` in turn.
   * @returns {Promise<number>} milliseconds until all were in their rooms
   */
  async connect({ ports, first, count, perRoom, concurrency }) {
    const begun = performance.now();
    let next = first;
    const work = async () => {
      while (next < first + count) {
        const index = next++;
        const room = `room-${Math.floor(index / perRoom)}`;
        const port = ports[index % ports.length];
        const member = new Member(this.#dialler, this.#dialect, { index, port, room, key: this.#keys.pop() });
        await member.ready;
        member.gone = (why) => this.#lost.push(why);
        this.#members.push(member);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
    return performance.now() - begun;
  }

  /** Those who were there and are not any more, unasked. */
  lost() {
    return this.#lost;
  }

  /** Messages that arrived so far, and when that was, ms. */
  count() {
    return { delivered: this.#delivered, at: performance.now() };
  }

  /** Every first member of a pair talks to the second, `window` messages ahead of what has arrived. */
  saturate({ window, bytes }) {
    for (const [from, to] of this.#pairs()) {
      const { opcode, payload } = this.#dialect.message(from, to, said(0, bytes));
      const frame = encode(opcode, payload);
      const many = Buffer.concat(Array.from({ length: window }, () => frame));
      let arrived = 0;
      to.hear = () => void arrived++;
      to.read = () => {
        if (arrived === 0) return;
        this.#delivered += arrived;
        from.socket.write(many.subarray(0, arrived * frame.length));
        arrived = 0;
      };
      from.socket.write(many);
      this.#underWay += window;
    }
  }

  /** Nothing new is said. Settles when what is under way has arrived. */
  async quiet() {
    for (const [, to] of this.#pairs()) {
      to.hear = () => void this.#underWay--;
      to.read = () => undefined;
    }
    const patience = performance.now() + PATIENCE_MS;
    while (this.#underWay > 0 && performance.now() < patience) await rest();
    if (this.#underWay > 0) throw new Error(`${this.#underWay} messages did not arrive`);
  }

  /**
   * `rate` messages a second over all pairs, for `seconds`.
   * @returns {Promise<{ p50: number, p99: number, sent: number, arrived: number }>} latencies in ms
   */
  async pace({ rate, seconds, bytes }) {
    const pairs = this.#pairs();
    const latencies = [];
    for (const [, to] of pairs) {
      to.hear = (payload) => {
        const at = this.#dialect.textAt(payload) + MARK.length;
        latencies.push(performance.now() - Number(payload.latin1Slice(at, at + STAMP)));
      };
    }
    const begun = performance.now();
    const all = rate * seconds;
    let sent = 0;
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.min(all, Math.floor(((performance.now() - begun) * rate) / 1000));
        for (; sent < due; sent++) {
          const [from, to] = pairs[sent % pairs.length];
          const { opcode, payload } = this.#dialect.message(from, to, said(performance.now(), bytes));
          from.socket.send(opcode, payload);
        }
        if (sent < all) return;
        clearInterval(timer);
        resolve();
      }, TURN_MS);
    });
    const patience = performance.now() + PATIENCE_MS;
    while (latencies.length < all && performance.now() < patience) await rest();
    const [p50, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
    return { p50, p99, sent, arrived: latencies.length };
  }

  #pairs() {
    const byIndex = new Map(this.#members.map((member) => [member.index, member]));
    return this.#members
      .filter(({ index }) => index % 2 === 0 && byIndex.has(index + 1))
      .map((from) => [from, byIndex.get(from.index + 1)]);
  }
}
