/** What moderators may say of those they send out. */
import { MAX_REASON_CHARS } from '../protocol.js';

export interface KickOptions {
  /** Nobody of that identity comes in again, for as long as there is the room. Default false. */
  readonly ban?: boolean | undefined;
  /** Told to all, and to whom it concerns; at most 256 characters. Default: none. */
  readonly reason?: string | undefined;
}

/** @throws {TypeError} naming the option that is wrong */
export function checkKickOptions(options: KickOptions): void {
  const { ban, reason, ...unknown } = options;
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw new TypeError(`There is no option "${name}".`);
  if (ban !== undefined && typeof ban !== 'boolean') throw new TypeError('ban must be true or false.');
  if (reason !== undefined && (typeof reason !== 'string' || reason.length > MAX_REASON_CHARS)) {
    throw new TypeError(`reason must be a text of at most ${String(MAX_REASON_CHARS)} characters.`);
  }
}
