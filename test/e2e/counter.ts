/** What a page does by itself: the messages it posts and hears, and the timers it has. */

interface Tally {
  posted: number;
  heard: number;
  /** Delays of the timers that have been set and not run, ms. */
  readonly timers: Map<number, number>;
}
declare global {
  interface Window {
    tally: Tally;
  }
}

/** Is sent to the page before its scripts, as text, so it uses nothing from outside. */
export function count(): void {
  const tally: Tally = { posted: 0, heard: 0, timers: new Map() };
  window.tally = tally;
  const { setTimeout: later, clearTimeout: forget, setInterval: often } = window;
  const arm = (handler: TimerHandler, delay = 0, ...rest: unknown[]): number => {
    const id = later(() => {
      tally.timers.delete(id);
      if (typeof handler === 'function') handler(...rest);
    }, delay);
    tally.timers.set(id, delay);
    return id;
  };
  const disarm = (id?: number): void => {
    tally.timers.delete(id ?? 0);
    forget(id);
  };
  const repeat = (handler: TimerHandler, delay = 0, ...rest: unknown[]): number => {
    const id = often(handler, delay, ...rest);
    tally.timers.set(id, delay);
    return id;
  };
  Object.assign(window, {
    setTimeout: arm,
    clearTimeout: disarm,
    setInterval: repeat,
    clearInterval: disarm,
  });
  const { prototype } = BroadcastChannel;
  const { postMessage } = prototype;
  prototype.postMessage = function (message) {
    tally.posted++;
    postMessage.call(this, message);
  };
  const property = Object.getOwnPropertyDescriptor(prototype, 'onmessage')!;
  Object.defineProperty(prototype, 'onmessage', {
    ...property,
    set(this: BroadcastChannel, listener: (event: MessageEvent) => void) {
      property.set!.call(this, (event: MessageEvent) => {
        tally.heard++;
        listener.call(this, event);
      });
    },
  });
}
