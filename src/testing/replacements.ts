/** Puts something in the place of what a platform has, for a while. */
export class Replacements {
  readonly #undo: (() => void)[] = [];

  /** @param value takes the place of `target[name]`; where the platform has no such thing, nothing happens */
  put(target: object, name: string, value: unknown): void {
    if (!(name in target)) return;
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: true });
    this.#undo.push(() => {
      if (before) Object.defineProperty(target, name, before);
      else Reflect.deleteProperty(target, name);
    });
  }

  /** All is as it was. */
  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
