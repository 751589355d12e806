/** What one task asks for again and again is done once, behind it: so what it says travels together. */
export function soon(act: () => void): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      act();
    });
  };
}
