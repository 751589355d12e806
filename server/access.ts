/** Who may come in: asks the operator about every join, for a bounded time. */
import type { IncomingMessage } from 'node:http';
import { MAX_REASON_CHARS, MAX_ROLE_CHARS, type RoomKind } from '../src/protocol.js';
import { fields } from './limits.js';
import type { Logger } from './log.js';
import { checkToken, kindOf, type Applicant, type Verdict } from './tokens.js';
import type { TokenSettings } from './token-options.js';

/** What an operator calls a room by. */
export type NamedKind = Exclude<RoomKind, 'door'>;

/** What `authorize` is told of a join. */
export interface JoinAttempt {
  /** The room's name or the pair's code, as its author wrote it; it is that room's. Empty with `names: false`. */
  readonly room: string;
  /** What the room is called on the wire: 43 base64url characters, the same as `roomId(room, kind)`. */
  readonly roomId: string;
  /** Null with `names: false`. The door of a group, where one asks to come in, is that group, but for its `roomId`. */
  readonly kind: NamedKind | null;
  /** The peer's id, which it has proven to hold the key of. */
  readonly id: string;
  /** What the page gave, unchecked unless there is the option `tokens`; empty for nothing. */
  readonly token: string;
  /** The role in the token, once that is verified; otherwise empty. */
  readonly role: string;
}

/**
 * `true`, or an object with a `role` (at most 64 characters, instead of the token's): it comes in. `false`, or an object
 * with a `reason` (a sentence that the page is told, cut after 256 characters): it does not. `allow` says so explicitly.
 * Anything else is a mistake: it does not come in, and that is logged.
 */
export type Decision =
  | boolean
  | { readonly allow?: true; readonly role: string }
  | { readonly allow?: false; readonly reason: string }
  | { readonly allow: boolean };

/** Decides on one join. What it throws is logged, and the page is refused without being told more. */
export type Authorize = (request: IncomingMessage, attempt: JoinAttempt) => Decision | Promise<Decision>;

/** Whether there may be a room of that name, or a pair of that code. */
export type ValidateCode = (code: string, kind: NamedKind) => boolean | Promise<boolean>;

export interface AccessSettings {
  readonly authorize: Authorize | undefined;
  readonly validateCode: ValidateCode | undefined;
  readonly tokens: TokenSettings | undefined;
  /** Whether pages are asked for the names of rooms. */
  readonly names: boolean;
}

/** A join with what was shown for it. */
export interface Knock extends Applicant {
  readonly token: string;
  /** What the page says that the room is called; empty when it was not asked. */
  readonly name: string;
}

const LATE: Verdict = { reason: 'The server could not decide in time.' };
const UNDECIDED: Verdict = { reason: 'The server could not decide.' };
const DECLINED: Verdict = { reason: 'The server does not let this page into the room.' };
const NAMELESS: Verdict = { reason: 'This server asks for the name of the room, and was not told one.' };
/** A room with a password, too, has a name that cannot be checked: then whoever claims a name could be anywhere. */
const MISNAMED: Verdict = {
  reason: 'The room is not of that name, or has a password: this server cannot tell.',
};
const INVALID: Verdict = {
  reason: 'There can be no room of that name, or pair of that code, on this server.',
};

function text(name: string, value: unknown, most: number): string {
  if (typeof value === 'string' && value.length <= most) return value;
  throw new TypeError(`${name} must be a string of at most ${most} characters`);
}

/** @param role what the token says @throws {TypeError} for what is no decision */
function readDecision(value: unknown, role: string): Verdict {
  if (typeof value === 'boolean') return value ? { role } : DECLINED;
  const given = fields('What authorize returns', value, ['allow', 'role', 'reason']);
  const { allow = given['role'] !== undefined && given['reason'] === undefined } = given;
  if (typeof allow !== 'boolean' || Object.keys(given).length === 0) {
    throw new TypeError('authorize must return true, false, { role } or { reason }');
  }
  if (allow) return { role: text("authorize's role", given['role'] ?? role, MAX_ROLE_CHARS) };
  const reason = text("authorize's reason", given['reason'] ?? '', Infinity);
  return reason === '' ? DECLINED : { reason: reason.slice(0, MAX_REASON_CHARS) };
}

export class Access {
  readonly #settings: AccessSettings;
  readonly #timeout: number;
  readonly #logger: Logger;

  /** @param timeout milliseconds for each join, whatever has to be asked for it */
  constructor(settings: AccessSettings, timeout: number, logger: Logger) {
    this.#settings = settings;
    this.#timeout = timeout;
    this.#logger = logger;
  }

  /** Never rejects: who cannot be decided on does not come in. @param request the upgrade */
  async decide(request: IncomingMessage, knock: Knock): Promise<Verdict> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Verdict>((resolve) => {
      timer = setTimeout(() => {
        this.#logger.warn({ timeout: this.#timeout }, 'a join was not decided in time');
        resolve(LATE);
      }, this.#timeout);
    });
    try {
      return await Promise.race([this.#ask(request, knock), late]);
    } catch (error) {
      this.#logger.error({ err: error }, 'a join could not be decided');
      return UNDECIDED;
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask(request: IncomingMessage, { room: roomId, id, token, name }: Knock): Promise<Verdict> {
    const { authorize, validateCode, tokens, names } = this.#settings;
    const found = names ? kindOf(name, roomId) : null;
    const kind = found === 'door' ? 'group' : found;
    if (names && !kind) return name === '' ? NAMELESS : MISNAMED;
    const checked = tokens ? await checkToken(token, { room: roomId, id }, tokens) : { role: '' };
    if ('reason' in checked) return checked;
    if (validateCode && kind) {
      const isValid: unknown = await validateCode(name, kind);
      if (typeof isValid !== 'boolean') throw new TypeError('validateCode must return true or false');
      if (!isValid) return INVALID;
    }
    if (!authorize) return checked;
    const { role } = checked;
    const room = names ? name : '';
    return readDecision(await authorize(request, { room, roomId, kind, id, token, role }), role);
  }
}
