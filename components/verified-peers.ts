/** Whose safety number somebody at this browser has compared, and under which name they knew them then. */

export interface VerifiedPeer {
  readonly identity: string;
  /** What it called itself when it was verified; empty when it gave no name. */
  readonly name: string;
}

/** In localStorage; whatever is kept in another form one day gets another key. */
export const STORAGE_KEY = 'peer-elements/1 verified';
/** Who has not been met for longest is forgotten first. */
export const MAX_VERIFIED = 200;

const MAX_NAME = 256;
const IDENTITY = /^[\w-]{1,128}$/;

function parseEntry(value: unknown): VerifiedPeer[] {
  if (typeof value !== 'object' || value === null) return [];
  const { identity, name } = value as Record<string, unknown>;
  if (typeof identity !== 'string' || !IDENTITY.test(identity) || typeof name !== 'string') return [];
  return [{ identity, name: name.slice(0, MAX_NAME) }];
}

/** What is written there may be anybody's: of anything else than our own lists nothing is taken. */
export function parseVerified(text: string | null): readonly VerifiedPeer[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    if (!Array.isArray(list)) return [];
    const entries = new Map(list.flatMap(parseEntry).map((entry) => [entry.identity, entry]));
    return [...entries.values()].slice(-MAX_VERIFIED);
  } catch {
    return [];
  }
}

export const without = (list: readonly VerifiedPeer[], identity: string): readonly VerifiedPeer[] =>
  list.filter((entry) => entry.identity !== identity);

/** Those met last come last. */
export const including = (
  list: readonly VerifiedPeer[],
  { identity, name }: VerifiedPeer,
): readonly VerifiedPeer[] =>
  [...without(list, identity), { identity, name: name.slice(0, MAX_NAME) }].slice(-MAX_VERIFIED);

const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}]/gu;

/** Equal for names that look the same but for their case, their spaces and what nobody sees. */
export const foldName = (name: string): string =>
  name
    .replace(UNSEEN, '')
    .normalize('NFKC')
    // Both: "ß" has no single capital, and the last sigma of a word is another one than the first.
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\s+/g, ' ')
    .trim();

/** By folded name; of two of one name, who was met last. */
const byName = (list: readonly VerifiedPeer[]): ReadonlyMap<string, VerifiedPeer> =>
  new Map(list.map((entry) => [foldName(entry.name), entry]));

/**
 * The list as this browser keeps it. Where nothing can be kept it lasts as long as this object, and as what it tells
 * others (`text`).
 */
export class VerifiedPeers {
  readonly #storage: () => Storage;
  #entries: readonly VerifiedPeer[] = [];
  #names: { readonly of: readonly VerifiedPeer[]; readonly map: ReadonlyMap<string, VerifiedPeer> } | null =
    null;
  #kept = true;

  /** @param storage may throw, as the real one does where a browser denies it */
  constructor(storage: () => Storage = () => localStorage) {
    this.#storage = storage;
    this.load();
  }

  get entries(): readonly VerifiedPeer[] {
    return this.#entries;
  }

  /** Whether the last change will be there at the next visit. */
  get kept(): boolean {
    return this.#kept;
  }

  get text(): string {
    return JSON.stringify(this.#entries);
  }

  find(identity: string): VerifiedPeer | null {
    return this.#entries.find((entry) => entry.identity === identity) ?? null;
  }

  /** The verified one whose name somebody else bears; null when there is none, or when it is verified itself. */
  namesakeOf(identity: string, displayName: string): VerifiedPeer | null {
    const name = foldName(displayName);
    if (name === '' || this.find(identity)) return null;
    // Asked for everybody, again and again, while the list stays what it is.
    if (this.#names?.of !== this.#entries) this.#names = { of: this.#entries, map: byName(this.#entries) };
    return this.#names.map.get(name) ?? null;
  }

  /** Reads what is kept, which another page may have changed. */
  load(): void {
    if (!this.#kept) return;
    try {
      this.#entries = parseVerified(this.#storage().getItem(STORAGE_KEY));
    } catch {
      this.#kept = false;
    }
  }

  /** Takes over what another one of this page has, which may be more than could be kept. */
  take(text: string): void {
    this.#entries = parseVerified(text);
  }

  verify(peer: VerifiedPeer): void {
    this.#change((list) => including(list, peer));
  }

  forget(identity: string): void {
    this.#change((list) => without(list, identity));
  }

  /** It is here: so it is not the next to be forgotten. */
  met(identity: string): void {
    const entry = this.find(identity);
    if (!entry || entry === this.#entries.at(-1)) return;
    // Unless another page has just forgotten it.
    this.#change((list) => (list.some((one) => one.identity === identity) ? including(list, entry) : list));
  }

  #change(act: (list: readonly VerifiedPeer[]) => readonly VerifiedPeer[]): void {
    // Another page may have added something meanwhile.
    this.load();
    this.#entries = act(this.#entries);
    try {
      this.#storage().setItem(STORAGE_KEY, this.text);
      this.#kept = true;
    } catch {
      this.#kept = false;
    }
  }
}
