/** The key that makes a visitor the same one on the next visit, in IndexedDB: kept whole, readable by no script. */
const DATABASE = 'peer-elements';
const STORE = 'keys';
const KEY = 'identity';

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

/**
 * The stored key pair of this origin; `make` is asked for one where there is none yet. When several tabs ask at the
 * same time, all get the one that came first.
 * @returns null where it cannot be stored: outside a browser, and in private windows that refuse keys
 */
export async function storedKeyPair(make: () => Promise<CryptoKeyPair>): Promise<CryptoKeyPair | null> {
  try {
    const database = await openDatabase();
    try {
      return await findOrStore(database, make);
    } finally {
      database.close();
    }
  } catch {
    return null;
  }
}

async function findOrStore(
  database: IDBDatabase,
  make: () => Promise<CryptoKeyPair>,
): Promise<CryptoKeyPair> {
  const store = (): IDBObjectStore => database.transaction(STORE, 'readwrite').objectStore(STORE);
  const found: unknown = await settled(store().get(KEY));
  if (isKeyPair(found)) return found;
  // A transaction does not outlast the making of a key, so that another tab may have been faster.
  const made = await make();
  const again = store();
  const first: unknown = await settled(again.get(KEY));
  if (isKeyPair(first)) return first;
  await settled(again.put(made, KEY));
  return made;
}
