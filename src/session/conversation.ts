/**
 * What two peers say to each other, whichever pipe carries it. There are two, either may be missing, and neither is
 * trusted to bring everything: a message stays here until the other side has acknowledged it.
 *
 * A pipe that opens begins with a `resume`: what was received so far. What is said goes through the best pipe on which
 * the other side has told where to begin; when that changes, whatever is not acknowledged goes again.
 */
import type { PeerError } from '../errors.js';
import { Answers } from './answers.js';
import type { ConversationSink } from './conversation-sink.js';
import { Incoming, Outgoing, type Message, type Received } from './window.js';
import { Debt } from './debt.js';
import type { Pipe, PipeName } from './pipe.js';
import { RoundTrips } from './round-trips.js';
import { SoonAndLast } from './soon.js';
import {
  BYE,
  encodeMessages,
  encodePing,
  encodeResume,
  parseWindowFrame,
  type Resume,
  type NumberedFrame,
} from './window-frame.js';

interface Lane {
  readonly pipe: Pipe;
  /** We know where to begin. */
  answered: boolean;
  readonly answers: Answers;
}

/** What one task may say before any of it goes out, characters or bytes. */
const EAGER = 32_768;
const TAKEN = Promise.resolve();
/** Signs of life that wait for room to be given. */
const MAX_PONGS = 16;
/** Between two looks at the relay, ms; and the silence after which a sign of life is asked for. */
const WATCH_INTERVAL = 4000;
const SILENCE = 6000;

const newMemory = (): string => crypto.randomUUID().slice(0, 13);

const bytesOf = (frame: string | ArrayBuffer): number =>
  typeof frame === 'string' ? frame.length : frame.byteLength;

export class Conversation {
  readonly #sink: ConversationSink;
  readonly #isCertain: boolean;
  readonly #out = new Outgoing();
  readonly #trips = new RoundTrips((id) => {
    const lane = this.#active && this.#lanes[this.#active];
    lane?.pipe.send(encodePing('ping', id));
  });
  readonly #debt = new Debt((via) => {
    this.#acknowledge(via);
  });
  readonly #lanes: Record<PipeName, Lane | null> = { relay: null, direct: null };
  readonly #memory = newMemory();
  #in = new Incoming();
  #theirMemory = '';
  #theirTurn = 0;
  /** The other side has told where it stands, under the present keys: before, its numbers mean nothing. */
  #introduced = false;
  #turn = 0;
  /** Messages that our side, and that theirs, could not bring over. */
  #lost = 0;
  #theirLost = 0;
  #active: PipeName | null = null;
  readonly #drainSoon = new SoonAndLast(
    () => {
      this.#flows = this.drain();
    },
    () => {
      this.drain();
      this.#flows = false;
    },
  );
  /** Characters or bytes since something was last said. */
  #pushed = 0;
  /** The pipe has taken all there was, earlier in this task: so it will take a little more. */
  #flows = false;
  #watchTimer: ReturnType<typeof setTimeout> | undefined;
  #watchedAt = 0;
  #heardAt = 0;
  /** When a sign of life was asked for; 0 when none is awaited. */
  #pingedAt = 0;
  #silent = false;
  /** Nothing of what was on its way at the last look has been acknowledged since. */
  #stuck = false;
  /** A hole has been reported and not been filled. */
  #hole = false;
  #closed = false;

  /** @param isCertain that somebody is gone is told at once: there is no need to ask */
  constructor(sink: ConversationSink, isCertain = false) {
    this.#sink = sink;
    this.#isCertain = isCertain;
  }

  /** Through which pipe we speak. */
  get active(): PipeName | null {
    return this.#active;
  }

  /** Something is to be said that the pipe, where there is one, has not taken yet. */
  get waits(): boolean {
    return this.#out.nextSize(1) > 0;
  }

  /** Smoothed round trip of the pipe through which we speak, ms; null before it was measured. */
  get rtt(): number | null {
    return this.#trips.smoothed;
  }

  /** Resolves with the round trip, ms, of the pipe through which we speak, once there is one; rejects as `patience` says. */
  ping(patience: AbortSignal): Promise<number> {
    return this.#trips.ping(patience);
  }

  /**
   * Resolves once a pipe has taken the message, or is about to; rejects with a PeerError: `too-large`, or how it ended.
   */
  send(message: Message, signal?: AbortSignal): Promise<void> {
    const isTaken = !signal && this.#flows && this.#out.accept(message);
    const sent = isTaken ? TAKEN : this.#out.push(message, signal);
    this.#pushed += message.length;
    this.#drainSoon.ask();
    // A task that says much should not keep the other side idle until it is through.
    if (this.#pushed >= EAGER) this.#flows = this.drain();
    return sent;
  }

  /** The other side may be another one than before: its pages share an id over time. */
  meet(): void {
    this.#introduced = false;
  }

  /** A pipe can be used: for the first time, or again. */
  open(name: PipeName, pipe: Pipe): void {
    if (this.#closed) return;
    // Who has never said or heard a word needs no answer in order to begin, and a direct path was agreed upon.
    const answered = name === 'direct' || this.#turn === 0;
    this.#lanes[name] = { pipe, answered, answers: new Answers(pipe) };
    this.#heardAt = performance.now();
    this.#pingedAt = 0;
    this.#resume(name, !answered);
    this.#choose();
    this.#watch();
  }

  /** A pipe can no longer be used. */
  shut(name: PipeName): void {
    if (!this.#lanes[name]) return;
    this.#lanes[name] = null;
    const { relay } = this.#lanes;
    if (name === 'direct' && relay) {
      relay.answered = false;
      // Nothing has been heard for a while already: an answer decides soon whether anybody is there.
      this.#pingedAt = performance.now();
      this.#resume('relay', true);
    }
    this.#choose();
    this.#watch();
  }

  /** Says as much of what waits as there is room for. @returns whether that was something, and all of it */
  drain(): boolean {
    this.#pushed = 0;
    this.#flows = false;
    if (this.#closed) return false;
    this.#lanes.relay?.answers.drain();
    this.#lanes.direct?.answers.drain();
    const lane = this.#active && this.#lanes[this.#active];
    if (!lane) return false;
    const { pipe } = lane;
    let said = false;
    const next = (): number => this.#out.nextSize(pipe.batch);
    for (let size = next(); size > 0 && pipe.hasRoom(size); size = next()) {
      const frame = this.#out.take(this.#in.received, pipe.batch);
      if (frame === null) break;
      this.#debt.paid();
      pipe.send(frame);
      said = true;
    }
    if (said && this.#watchTimer === undefined) this.#watch();
    return said && !this.waits;
  }

  /** What came out of a pipe. */
  receive(data: string | ArrayBuffer, via: PipeName): void {
    const lane = this.#lanes[via];
    const frame = parseWindowFrame(data);
    if (!frame || !lane || this.#closed) return;
    this.#heard();
    switch (frame.kind) {
      case 'resume':
        this.#resumed(frame.resume, via, lane);
        break;
      case 'messages':
      case 'piece':
        if (this.#introduced) this.#numbered(frame, bytesOf(data), via);
        break;
      case 'ping':
        lane.answers.owe(`pong ${frame.id % MAX_PONGS}`, () => encodePing('pong', frame.id));
        // Idle pages need not do so twice.
        if (this.rtt === null) this.#trips.measure();
        break;
      case 'bye':
        this.#sink.bye();
        break;
      case 'pong':
        this.#trips.answered(frame.id);
        break;
    }
  }

  /** Takes back what no pipe has taken yet. */
  rejectAll(error: PeerError): void {
    this.#out.rejectAll(error);
  }

  /** Tells the other side, where that is possible, that it need not wait for us. */
  part(): void {
    this.drain();
    for (const lane of Object.values(this.#lanes)) lane?.pipe.send(BYE);
  }

  /** The end. */
  close(error: PeerError): void {
    if (this.#closed) return;
    this.drain();
    this.#closed = true;
    this.#debt.close();
    this.#drainSoon.close();
    clearTimeout(this.#watchTimer);
    this.rejectAll(error);
    this.#trips.close(error);
  }

  #resume(name: PipeName, ask: boolean): void {
    this.#lanes[name]?.pipe.send(this.#stand(ask));
  }

  #stand(ask: boolean): string {
    this.#debt.paid();
    return encodeResume({
      memory: this.#memory,
      of: this.#theirMemory,
      turn: ++this.#turn,
      received: this.#in.received,
      lost: this.#lost,
      direct: this.#lanes.direct !== null,
      ask,
    });
  }

  #resumed(resume: Resume, via: PipeName, lane: Lane): void {
    const { memory, of, turn, received, lost, direct, ask } = resume;
    const before = this.#lost;
    if (memory !== this.#theirMemory) this.#met(memory);
    else if (turn <= this.#theirTurn) return;
    this.#theirTurn = turn;
    if (lost > this.#theirLost) {
      this.#sink.gap(lost - this.#theirLost);
      this.#theirLost = lost;
    }
    if (of === this.#memory) this.#progressed(received);
    const again = ask || !lane.answered;
    this.#introduced = lane.answered = true;
    if (this.#lanes.direct) this.#lanes.direct.answered = direct;
    if (ask || this.#lost > before) lane.answers.owe('resume', () => this.#stand(false));
    if (again && via === this.#active) this.#out.rewind();
    this.#choose();
    this.drain();
  }

  /** The first word of the other side, or of one that has forgotten all that was before. */
  #met(memory: string): void {
    const known = this.#theirMemory !== '';
    this.#theirMemory = memory;
    if (!known) return;
    const lost = this.#out.restart(this.#sink.restarted());
    this.#in = new Incoming();
    this.#theirLost = 0;
    this.#lost += lost;
    if (lost > 0) this.#sink.gap(lost);
  }

  #numbered(frame: NumberedFrame, size: number, via: PipeName): void {
    this.#progressed(frame.acknowledged);
    if (frame.first > 0) this.#take(frame, size, via);
    this.drain();
  }

  #take(frame: NumberedFrame, size: number, via: PipeName): void {
    let received: Received[] | null;
    try {
      received = this.#in.receive(frame);
    } catch (error) {
      this.#sink.broken(error as PeerError);
      return;
    }
    if (received === null) {
      if (!this.#hole) this.#resume(via, true);
      this.#hole = true;
      return;
    }
    this.#hole = false;
    this.#debt.owe(frame.kind === 'messages' ? frame.messages.length : 1, size, via);
    for (const message of received) if (!this.#isClosed()) this.#sink.message(message);
  }

  /** What a message brings about may end everything. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #progressed(number: number): void {
    const before = this.#out.unacknowledged;
    this.#out.acknowledge(number);
    if (this.#out.unacknowledged < before) this.#stuck = false;
  }

  #acknowledge(via: PipeName): void {
    const lane = this.#lanes[via] ?? (this.#active && this.#lanes[this.#active]);
    if (!lane) return;
    lane.answers.owe('received', () => {
      this.#debt.paid();
      return encodeMessages(0, this.#in.received, []);
    });
    // Where things are said and there is no hurry, we may as well see how long they take.
    this.#trips.measure();
  }

  #choose(): void {
    const { relay, direct } = this.#lanes;
    const best = direct?.answered ? 'direct' : relay?.answered ? 'relay' : null;
    if (best === this.#active) return;
    this.#active = best;
    this.#trips.moved();
    this.#out.rewind();
    // Later by the relay: whoever has just met has more urgent things to say.
    if (best === 'direct') this.#trips.measure();
    this.#sink.moved(best);
    this.drain();
  }

  #heard(): void {
    this.#heardAt = performance.now();
    this.#pingedAt = 0;
    if (!this.#silent) return;
    this.#silent = false;
    this.#sink.silent(false);
  }

  /**
   * A direct path watches itself; what goes through the relay may be lost, and whoever is there may be gone. Where that is
   * told, there is nothing to watch for while nothing is on its way.
   */
  #watch(): void {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = undefined;
    const { relay } = this.#lanes;
    if (!relay || this.#active === 'direct' || this.#closed) return;
    if (this.#isCertain && relay.answered && this.#out.unacknowledged === 0) return;
    this.#watchedAt = performance.now();
    this.#watchTimer = setTimeout(() => {
      this.#look();
      this.#watch();
    }, WATCH_INTERVAL);
  }

  #look(): void {
    const { relay } = this.#lanes;
    if (!relay || this.#closed) return;
    const now = performance.now();
    const waiting = this.#active === 'relay' && this.#out.unacknowledged > 0;
    if (waiting && this.#stuck) relay.answered = false;
    this.#stuck = waiting;
    if (!relay.answered) this.#resume('relay', true);
    this.#choose();
    // Where this page itself stood still, silence proves nothing.
    const late = now - this.#watchedAt > 2 * WATCH_INTERVAL;
    if (this.#pingedAt > 0 && !late && !this.#silent) {
      this.#silent = true;
      this.#sink.silent(true);
    } else if (!this.#isCertain && now - this.#heardAt > SILENCE) {
      this.#pingedAt = now;
      relay.pipe.send(encodePing('ping', this.#trips.begin()));
    }
  }
}
