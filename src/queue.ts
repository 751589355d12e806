/** First in, first out, at the same cost however long it is: `Array.shift()` moves all that remain. */
export class Queue<T> {
  /** What is out is undefined, up to as many as remain. */
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): void {
    if (this.length === 0) return;
    this.#items[this.#head++] = undefined;
    if (this.#head < this.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }

  /** Everything that is left, which is then out. */
  drain(): T[] {
    const rest = this.#items.slice(this.#head) as T[];
    this.#items = [];
    this.#head = 0;
    return rest;
  }

  *[Symbol.iterator](): Generator<T> {
    for (let i = this.#head; i < this.#items.length; i++) yield this.#items[i] as T;
  }
}
