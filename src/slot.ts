/**
 * Which page of an identity this is. The first tab has slot 0, further ones the lowest that is free; a Web Lock held
 * for as long as the page lives says which are taken, and the tab's own storage which one it had before a reload.
 */
const STORAGE_KEY = 'peer-elements slot';
const MOST = 10_000;
/** How long a page that follows another one in its tab waits for that one to let go, ms. */
const HANDOVER = { reload: 1000, other: 200 };

const lockName = (identity: string, slot: number): string =>
  `peer-elements identity:${identity}:${String(slot)}`;

/** Takes a lock for the rest of the page's life. False when it is not to be had. */
function take(name: string, options: LockOptions): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(name, options, (lock) => {
        resolve(lock !== null);
        return lock && new Promise(() => undefined);
      })
      .catch(() => {
        resolve(false);
      });
  });
}

function remembered(): number | null {
  try {
    const stored = sessionStorage.getItem(STORAGE_KEY);
    return stored !== null && /^\d{1,4}$/.test(stored) ? Number(stored) : null;
  } catch {
    return null;
  }
}

function patience(): number {
  const [navigation] = performance.getEntriesByType('navigation');
  return (navigation as PerformanceNavigationTiming | undefined)?.type === 'reload'
    ? HANDOVER.reload
    : HANDOVER.other;
}

function remember(slot: number): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, String(slot));
  } catch {
    // Then a reload may get another slot, which only means another id.
  }
}

/** For an identity that no other page can have yet. */
export async function holdFirstSlot(identity: string): Promise<void> {
  if (await take(lockName(identity, 0), { ifAvailable: true })) remember(0);
}

/** This page's slot among those of `identity`; 0 where there are no Web Locks. */
export async function takeSlot(identity: string): Promise<number> {
  if (!(globalThis.navigator as Partial<Navigator> | undefined)?.locks) return 0;
  const before = remembered();
  // A duplicated tab has a copy of the memory while the original holds the lock: it waits in vain, and moves on.
  if (
    before !== null &&
    (await take(lockName(identity, before), { signal: AbortSignal.timeout(patience()) }))
  ) {
    return before;
  }
  for (let slot = 0; slot < MOST; slot++) {
    if (await take(lockName(identity, slot), { ifAvailable: true })) {
      remember(slot);
      return slot;
    }
  }
  return 0;
}
