/**
 * Tells what several lines bring of the same from what is said several times. A text is new to us when this line has brought it
 * more often than it was taken so far: nobody can make us pass over what somebody else has yet to say.
 */

/** So many different texts are kept in mind: one that comes later by a slower line than these is taken for said again. */
const MAX_TEXTS = 512;
/** Longer ones are not: they are numbered by whoever says them. */
const MAX_CHARS = 4096;

interface Known {
  taken: number;
  readonly brought: number[];
}

export class Repeats {
  readonly #lines: number;
  readonly #known = new Map<string, Known>();

  /** @param lines how many there are */
  constructor(lines: number) {
    this.#lines = lines;
  }

  /** @param line by which it came, from 0 */
  isNew(line: number, text: string): boolean {
    if (this.#lines < 2 || text.length > MAX_CHARS) return true;
    const known = this.#known.get(text) ?? { taken: 0, brought: new Array<number>(this.#lines).fill(0) };
    // At the end: what was not heard of for longest is forgotten first.
    this.#known.delete(text);
    this.#known.set(text, known);
    const [oldest = text] = this.#known.keys();
    if (this.#known.size > MAX_TEXTS) this.#known.delete(oldest);
    const brought = (known.brought[line] ?? 0) + 1;
    known.brought[line] = brought;
    if (brought <= known.taken) return false;
    known.taken = brought;
    return true;
  }
}
