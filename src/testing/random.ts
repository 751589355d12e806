/** Chance from a seed, so that what happened once can be had again. */
export type Random = () => number;

/** Mulberry32: 0 ≤ n < 1, the same ones for the same seed. Small, and good enough to be unkind with. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
