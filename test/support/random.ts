/** Chance from a seed, so that a failure can be had again. */
export { random, type Random } from '../../src/testing/random.js';
