import type { Passenger } from '../../src/path/passenger.js';

/** A connection with nothing on it but its channels. */
export const nobody: Passenger = {
  boarded: () => undefined,
  offered: () => undefined,
  opened: () => undefined,
  alighted: () => undefined,
  stuck: () => undefined,
};
