/** Join tokens: JSON Web Tokens (RFC 7519) that say who may come into which room, and as what. */
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { MAX_ROLE_CHARS, identityOf, type RoomKind } from '../src/protocol.js';
import { roomId } from './room-id.js';
import type { TokenSettings } from './token-options.js';

/** A role, empty for none, or why not: a sentence for the developer of the page. */
export type Verdict = { readonly role: string } | { readonly reason: string };

/** Who wants to come in where. */
export interface Applicant {
  /** The room's id on the wire. */
  readonly room: string;
  /** The proven id. */
  readonly id: string;
}

const KINDS: readonly RoomKind[] = ['group', 'pair', 'door'];

/** What a room without a password is by its name, or null when it is not of that name. */
export const kindOf = (name: string, room: string): RoomKind | null =>
  KINDS.find((kind) => roomId(name, kind) === room) ?? null;

const refuse = (reason: string): Verdict => ({ reason });

/** What may be told of a token; null where it is not the token that is wrong. */
function reasonOf(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') {
    return 'The token is not valid yet.';
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return 'The token was not signed with a key that this server trusts.';
  }
  const isToken =
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported;
  // Which of these it is, is for whoever signs them to find out.
  return isToken ? 'The token is not valid here.' : null;
}

/** What is said here, is said of a token whose signature holds. */
function judge({ room, sub, role = '' }: JWTPayload, applicant: Applicant): Verdict {
  if (room !== undefined && room !== '*') {
    if (typeof room !== 'string' || !kindOf(room, applicant.room)) {
      return refuse('The token is for another room.');
    }
  }
  if (sub !== undefined && sub !== applicant.id && sub !== identityOf(applicant.id)) {
    return refuse('The token is for another peer.');
  }
  if (typeof role !== 'string' || role.length > MAX_ROLE_CHARS) {
    return refuse(`The role in the token must be a text of at most ${MAX_ROLE_CHARS} characters.`);
  }
  return { role };
}

/**
 * Whether `token` lets `applicant` in, and as what.
 * Rejects with what keeps the server from deciding, such as a key set that cannot be fetched.
 */
export async function checkToken(
  token: string,
  applicant: Applicant,
  settings: TokenSettings,
): Promise<Verdict> {
  const { key, required, algorithms, issuer, audience } = settings;
  if (token === '') {
    return required ? refuse('This server lets nobody in without a token.') : { role: '' };
  }
  const rules = {
    algorithms: [...algorithms],
    ...(issuer && { issuer: [...issuer] }),
    ...(audience && { audience: [...audience] }),
  };
  try {
    // Two calls, as jose types them: a key that is there, and one that is looked up.
    const { payload } =
      typeof key === 'function' ? await jwtVerify(token, key, rules) : await jwtVerify(token, key, rules);
    return judge(payload, applicant);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    return refuse(reason);
  }
}
