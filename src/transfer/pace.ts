/** At most so many a second, and the last one always. */
const INTERVAL = 100;

/** @returns calls `act` at most ten times a second; `true` says at once what there is to say, and no more later */
export function paced(act: () => void): (now?: boolean) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  const go = (): void => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    act();
  };
  return (now = false) => {
    const wait = last + INTERVAL - performance.now();
    if (now || wait <= 0) go();
    else timer ??= setTimeout(go, wait);
  };
}
