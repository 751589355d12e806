/** What opens a room where one has to ask: random, made by whoever makes the room, told to whoever is let in. */
import type { Bytes } from '../bytes.js';
import { SECRET_BYTES } from '../room-key.js';

export const makeSecret = (): Bytes => crypto.getRandomValues(new Uint8Array(SECRET_BYTES));

export const isSecret = (value: unknown): value is Bytes =>
  value instanceof Uint8Array && value.length === SECRET_BYTES && value.buffer instanceof ArrayBuffer;
