/** People who come, talk, drop out and go, at random but at a steady rate, for as long as they are let. */
import { setInterval, clearInterval } from 'node:timers';
import { Member } from './member.mjs';
import { Dialler } from './socket.mjs';

const TURN_MS = 50;
/** How long somebody stays away, at most: half of them longer than a seat is kept. */
const AWAY_MS = 20_000;
const TEXT = 'x'.repeat(200);

const anyOf = (list) => list[Math.floor(Math.random() * list.length)];

export class Churn {
  #dialect;
  #dialler = new Dialler();
  #setting;
  /** Who they are; null where somebody new will come. */
  #keys;
  /** @type {(Member | null)[]} */
  #here;
  #timer;
  #over = false;
  #counts = { joins: 0, closed: 0, dropped: 0, said: 0, heard: 0 };
  #problems = [];

  /** @param {{ port: number, people: number, perRoom: number, talk: number, churn: number }} setting rates: a second */
  constructor(dialect, setting) {
    this.#dialect = dialect;
    this.#setting = setting;
    this.#keys = dialect.makeKeys(setting.people);
    this.#here = this.#keys.map(() => null);
  }

  async start() {
    for (const index of this.#keys.keys()) await this.#come(index);
    const begun = performance.now();
    let [talked, churned] = [0, 0];
    const { talk, churn } = this.#setting;
    this.#timer = setInterval(() => {
      const seconds = (performance.now() - begun) / 1000;
      for (; talked < seconds * talk; talked++) this.#talk();
      for (; churned < seconds * churn; churned++) this.#go();
    }, TURN_MS);
  }

  told() {
    return { ...this.#counts, here: this.#here.filter(Boolean).length, problems: this.#problems };
  }

  /** Everybody goes. */
  stop() {
    this.#over = true;
    clearInterval(this.#timer);
    const here = this.#here;
    this.#here = [];
    for (const member of here) member?.socket.close();
  }

  async #come(index) {
    if (this.#over) return;
    const { port, perRoom } = this.#setting;
    const key = (this.#keys[index] ??= this.#dialect.makeKeys(1)[0]);
    const room = `room-${Math.floor(index / perRoom)}`;
    const member = new Member(this.#dialler, this.#dialect, { index, port, room, key });
    member.hear = () => void this.#counts.heard++;
    try {
      await member.ready;
      if (this.#over) return member.socket.close();
      this.#counts.joins++;
      this.#here[index] = member;
      member.gone = (why) => {
        if (this.#here[index] === member) this.#fail(why);
      };
    } catch (error) {
      this.#fail(error.message);
    }
  }

  #talk() {
    const from = anyOf(this.#here);
    if (!from) return;
    const { perRoom } = this.#setting;
    const first = Math.floor(from.index / perRoom) * perRoom;
    const to = anyOf(this.#here.slice(first, first + perRoom));
    if (!to || to === from) return;
    const { opcode, payload } = this.#dialect.message(from, to, TEXT);
    from.socket.send(opcode, payload);
    this.#counts.said++;
  }

  /** One goes with a good-bye or without, and comes back: the same, or somebody else in its place. */
  #go() {
    const member = anyOf(this.#here);
    if (!member) return;
    const { index } = member;
    this.#here[index] = null;
    if (Math.random() < 0.5) {
      this.#counts.closed++;
      member.socket.close();
    } else {
      this.#counts.dropped++;
      member.socket.drop();
    }
    if (Math.random() < 0.5) this.#keys[index] = null;
    setTimeout(() => void this.#come(index), Math.random() * AWAY_MS);
  }

  #fail(why) {
    if (this.#problems.length < 10) this.#problems.push(why);
  }
}
