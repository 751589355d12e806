/** The key that makes a visitor the same one on the next visit, in IndexedDB: kept whole, readable by no script. */
const DATABASE = 'peer-elements';
const STORE = 'keys';
const KEY = 'identity';
/** In localStorage, because that can be asked without waiting: whose key is in the database. */
const KNOWN = 'peer-elements identity';
/** Held by whoever puts the first key there. */
const LOCK = 'peer-elements key';

/** Whose key is stored; null: nobody's yet; empty: there is no telling. */
export function knownIdentity(): string | null {
  if (!(globalThis.navigator as Partial<Navigator> | undefined)?.locks) return '';
  try {
    return localStorage.getItem(KNOWN);
  } catch {
    return '';
  }
}

/** @param identity whose key is stored; empty: nobody should rely on anything */
export function knowIdentity(identity: string): void {
  try {
    localStorage.setItem(KNOWN, identity);
  } catch {
    // Then every visit waits for the database.
  }
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('IndexedDB failed.'));
    };
  });

function openDatabase(): Promise<IDBDatabase> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(STORE);
  };
  return settled(opening);
}

const isKeyPair = (value: unknown): value is CryptoKeyPair =>
  typeof value === 'object' &&
  value !== null &&
  'privateKey' in value &&
  value.privateKey instanceof CryptoKey &&
  'publicKey' in value &&
  value.publicKey instanceof CryptoKey;

/** One page at a time, where there are locks. */
const alone = <T>(act: () => Promise<T>): Promise<T> =>
  (globalThis.navigator as Partial<Navigator> | undefined)?.locks
    ? navigator.locks.request(LOCK, act)
    : act();

/** @returns null outside a browser, and in private windows that refuse keys */
async function inDatabase<T>(act: (database: IDBDatabase) => Promise<T>): Promise<T | null> {
  try {
    const database = await openDatabase();
    try {
      return await act(database);
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

async function find(database: IDBDatabase): Promise<CryptoKeyPair | null> {
  const found: unknown = await settled(database.transaction(STORE).objectStore(STORE).get(KEY));
  return isKeyPair(found) ? found : null;
}

/** @returns the one that is there now */
async function storeFirst(database: IDBDatabase, made: CryptoKeyPair): Promise<CryptoKeyPair> {
  const store = database.transaction(STORE, 'readwrite').objectStore(STORE);
  const first: unknown = await settled(store.get(KEY));
  if (isKeyPair(first)) return first;
  await settled(store.put(made, KEY));
  return made;
}

/**
 * The stored key pair of this origin; `make` is asked for one where there is none yet. When several tabs ask at the
 * same time, all get the one that came first.
 * @returns null where it cannot be stored: outside a browser, and in private windows that refuse keys
 */
export function storedKeyPair(make: () => Promise<CryptoKeyPair>): Promise<CryptoKeyPair | null> {
  return inDatabase(
    async (database) =>
      (await find(database)) ??
      alone(async () => (await find(database)) ?? storeFirst(database, await make())),
  );
}

/**
 * Stores the first key pair of this origin, unless another page is about to do so or has done it.
 * @param ready is given the pair before others can find it
 * @returns as soon as it is certain that this page is the one; the others wait for it from then on
 */
export function keepFirst(
  making: Promise<CryptoKeyPair>,
  ready: (made: CryptoKeyPair) => Promise<string>,
): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(LOCK, { ifAvailable: true }, async (lock) => {
        // Another one may have been here since we looked.
        const isFirst = lock !== null && knownIdentity() === null;
        if (isFirst) knowIdentity('');
        resolve(isFirst);
        if (!isFirst) return;
        const made = await making;
        const identity = await ready(made);
        if ((await inDatabase((database) => storeFirst(database, made))) === made) knowIdentity(identity);
      })
      .catch(() => {
        resolve(false);
      });
  });
}
