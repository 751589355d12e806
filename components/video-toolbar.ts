/** The keyboard in a toolbar: one stop for the Tab key, arrows, Home and End within. */

const stops = (bar: HTMLElement): HTMLElement[] => [...bar.querySelectorAll<HTMLElement>('button')];

/** Exactly one of its buttons is a stop: the last one that had the focus, if it is still there. */
export function tidy(bar: HTMLElement): void {
  const all = stops(bar);
  const kept = all.find((button) => button.tabIndex === 0) ?? all[0];
  for (const button of all) button.tabIndex = button === kept ? 0 : -1;
}

/** For `keydown`. */
export function steer(event: KeyboardEvent): void {
  const bar = event.currentTarget as HTMLElement;
  const all = stops(bar);
  const at = all.findIndex((button) => button === event.target);
  if (at < 0 || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const forward = getComputedStyle(bar).direction === 'rtl' ? -1 : 1;
  const to = {
    ArrowRight: at + forward,
    ArrowLeft: at - forward,
    Home: 0,
    End: all.length - 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  focusAt(all, (to + all.length) % all.length);
}

function focusAt(all: readonly HTMLElement[], to: number): void {
  for (const [at, button] of all.entries()) button.tabIndex = at === to ? 0 : -1;
  all[to]?.focus();
}

/** For `focusin`: who came with the mouse goes on from there. */
export function settle(event: FocusEvent): void {
  const all = stops(event.currentTarget as HTMLElement);
  for (const button of all) button.tabIndex = button === event.target ? 0 : -1;
}
