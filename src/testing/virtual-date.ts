/** `Date` as it is, but for what time it is now. */
export const virtualDate = (now: () => number): DateConstructor =>
  new Proxy(Date, {
    construct: (Real, given, asked) =>
      Reflect.construct(Real, given.length === 0 ? [now()] : given, asked) as Date,
    apply: (Real) => new Real(now()).toString(),
    get: (Real, name, receiver) => (name === 'now' ? now : (Reflect.get(Real, name, receiver) as unknown)),
  });
