/** When what one task asks for again and again is done: seldom, so that what it says travels together. */

/** Once, behind the function that runs now. */
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

/**
 * Once behind the function that runs now, and at the end of the task for all that its promises go on to ask for: one word
 * goes at once, and a loop that awaits each does not send one by one.
 */
export function soonAndLast(act: () => void, last: () => void): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    queueMicrotask(act);
    afterTask(() => {
      planned = false;
      last();
    });
  };
}

const ended: (() => void)[] = [];
let port: MessagePort | null = null;

/** A timer would take milliseconds. */
function afterTask(act: () => void): void {
  port ??= makePort();
  if (ended.push(act) === 1) port.postMessage(null);
}

function makePort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    for (const act of ended.splice(0)) act();
  };
  // Node would wait for it for ever.
  (port1 as MessagePort & { unref?: () => void }).unref?.();
  return port2;
}
