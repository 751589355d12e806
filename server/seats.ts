/** A client's places in rooms by the number it chose for each: nearly always one, and a Map takes ten times that. */
export class Seats<S extends { readonly n: number }> implements Iterable<S> {
  #all: readonly S[] = NONE;

  get size(): number {
    return this.#all.length;
  }

  get(n: number): S | undefined {
    return this.#all.find((seat) => seat.n === n);
  }

  /** In place of another one with its number. */
  set(seat: S): void {
    this.#all = [...this.#without(seat.n), seat];
  }

  delete(n: number): void {
    const left = this.#without(n);
    this.#all = left.length > 0 ? left : NONE;
  }

  clear(): void {
    this.#all = NONE;
  }

  /** Over those that are there now, whatever happens meanwhile. */
  [Symbol.iterator](): Iterator<S> {
    return this.#all[Symbol.iterator]();
  }

  #without(n: number): S[] {
    return this.#all.filter((seat) => seat.n !== n);
  }
}

const NONE: readonly never[] = [];
