/** Who has been let into a room where one has to ask, as far as one page knows: in the order in which it came to know it. */
import { identityOf } from '../protocol.js';
import type { Spoken, Statement } from './word.js';

/** Words that are remembered; what nobody who is there depends on goes first. */
export const MOST_ADMISSIONS = 300;
/** Of those who were sent out. */
const MOST_KICKS = 100;

type Admit = Extract<Statement, { kind: 'admit' | 'decline' }>;
type Kick = Extract<Statement, { kind: 'kick' }>;

interface Entry {
  readonly spoken: Spoken;
  readonly statement: Admit | Kick;
}

export class Admissions {
  /** The order counts: whoever was sent out could let others in before, and not afterwards. */
  #entries: readonly Entry[] = [];

  /** What somebody who comes later has to know. */
  get words(): readonly Spoken[] {
    return this.#entries.map(({ spoken }) => spoken);
  }

  /** Whether this very stay was asked for and granted, and not ended. */
  includes(id: string, stay: string): boolean {
    return this.#last((statement) => statement.id === id && statement.stay === stay) === 'admit';
  }

  /** Whether somebody of that identity was let in, and the last thing to be said of it is not that it had to go. */
  knows(identity: string): boolean {
    return this.#last(({ id }) => identityOf(id) === identity) === 'admit';
  }

  /** @param isPresent whether a stay goes on */
  take(spoken: Spoken, statement: Admit | Kick, isPresent: (id: string, stay: string) => boolean): void {
    this.#entries = [...this.#entries, { spoken, statement }];
    if (this.#entries.length > MOST_ADMISSIONS) this.#forget(isPresent);
  }

  clear(): void {
    this.#entries = [];
  }

  #last(isAbout: (statement: Admit | Kick) => boolean): string | undefined {
    return this.#entries.findLast(({ statement }) => isAbout(statement))?.statement.kind;
  }

  /** Keeps those who are there, who let them in, who let those in and so on, and the last who were sent out. */
  #forget(isPresent: (id: string, stay: string) => boolean): void {
    const vouching = new Set<string>();
    let kicks = 0;
    const isNeeded = ({ spoken, statement }: Entry): boolean => {
      if (statement.kind === 'kick') return kicks++ < MOST_KICKS;
      if (!isPresent(statement.id, statement.stay) && !vouching.has(identityOf(statement.id))) return false;
      vouching.add(spoken.by);
      return true;
    };
    this.#entries = [...this.#entries].reverse().filter(isNeeded).reverse();
  }
}
