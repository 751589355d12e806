/**
 * What is said about a room in somebody's name: a text and the speaker's signature, so that whoever passes it on can
 * neither make one up nor change it, and a server can neither.
 */
import { fromBase64url, toBase64url } from '../base64url.js';
import { utf8, type Bytes } from '../bytes.js';
import { identityOfKey, isSigned, verifierOf, type Identity } from '../identity.js';
import { MAX_REASON_CHARS, identityOf, isPeerId } from '../protocol.js';

/** All that is said names the room, and which life of it: a room that is made anew under its name is another one. */
export type Statement =
  /** I made this room; and where one has to ask to come in, it is for these to decide. */
  | { readonly kind: 'made'; readonly room: string; readonly life: string; readonly asks?: Deciders }
  /** That identity is a moderator from now on. */
  | { readonly kind: 'appoint'; readonly room: string; readonly life: string; readonly id: string }
  /**
   * That peer is out. Unless it is banned, it may come again: `stay` names its announcement, so that the word is of no use against
   * the next one.
   */
  | {
      readonly kind: 'kick';
      readonly room: string;
      readonly life: string;
      readonly id: string;
      readonly ban: boolean;
      readonly stay: string;
      readonly reason: string;
    }
  /** That peer, which has asked, may come in, or may not: for this stay. */
  | {
      readonly kind: 'admit' | 'decline';
      readonly room: string;
      readonly life: string;
      readonly id: string;
      readonly stay: string;
    };

/** Who lets others in: any member, or a moderator. */
export type Deciders = 'members' | 'moderators';
export const DECIDERS: readonly Deciders[] = ['members', 'moderators'];

export interface Word {
  /** The statement as JSON. */
  readonly text: string;
  /** Raw P-256 public key of who says it, base64url. */
  readonly key: string;
  /** ECDSA with SHA-256 over a label and the text, 64 bytes, base64url. */
  readonly signature: string;
}

/** A word that has been checked. */
export interface Spoken {
  readonly word: Word;
  /** The identity that says so. */
  readonly by: string;
  readonly statement: Statement;
}

const MAX_TEXT = 2048;
/** Characters of a key or a signature. */
const MAX_BYTES = 88;
const NAME = /^[\w-]{1,43}$/;

const signed = (text: string): Bytes => utf8(`peer-elements/1 word\0${text}`);

const isName = (value: unknown): value is string => typeof value === 'string' && NAME.test(value);

function parseStatement(text: string): Statement | null {
  let fields: Record<string, unknown>;
  try {
    fields = Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { kind, room, life, id, ban, stay, reason, asks } = fields;
  if (!isName(room) || !isName(life)) return null;
  if (kind === 'made') return asks === undefined ? { kind, room, life } : parseAsking({ room, life, asks });
  if (!isPeerId(id)) return null;
  if (kind === 'appoint') return { kind, room, life, id };
  if (typeof stay !== 'string') return null;
  if (kind === 'admit' || kind === 'decline') return isName(stay) ? { kind, room, life, id, stay } : null;
  if (kind !== 'kick' || typeof ban !== 'boolean') return null;
  if (typeof reason !== 'string' || reason.length > MAX_REASON_CHARS) return null;
  return { kind, room, life, id, ban, stay, reason };
}

const parseAsking = (made: { room: string; life: string; asks: unknown }): Statement | null => {
  const asks = DECIDERS.find((deciders) => deciders === made.asks);
  return asks ? { kind: 'made', room: made.room, life: made.life, asks } : null;
};

/** Says it in the name of `identity`. */
export async function speak(identity: Identity, statement: Statement): Promise<Spoken> {
  const text = JSON.stringify(statement);
  const signature = toBase64url(await identity.sign(signed(text)));
  return {
    word: { text, key: toBase64url(identity.publicKey), signature },
    by: identityOf(identity.id),
    statement,
  };
}

/** What a word says and who says it; null where nobody does. */
export async function hear({ text, key, signature }: Word): Promise<Spoken | null> {
  const statement = parseStatement(text);
  if (!statement) return null;
  const [point, proof] = [key, signature].map(fromBase64url);
  if (!point || !proof) return null;
  const verifier = await verifierOf(point);
  if (!verifier || !(await isSigned(verifier, proof, signed(text)))) return null;
  return { word: { text, key, signature }, by: await identityOfKey(point), statement };
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most;

/** Words out of a decoded value, or null for anything else. */
export function parseWords(value: unknown, most: number): readonly Word[] | null {
  if (!Array.isArray(value) || value.length > most) return null;
  const words = value.map((one: unknown) => {
    const { text, key, signature } = Object(one) as Record<string, unknown>;
    const valid = isText(text, MAX_TEXT) && isText(key, MAX_BYTES) && isText(signature, MAX_BYTES);
    return valid ? { text, key, signature } : null;
  });
  return words.every((word) => word !== null) ? words : null;
}
