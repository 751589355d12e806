/** A group or pair whose peers are what a test makes of them; who is told of what is for the tests between real ones. */
import { fixture } from '@open-wc/testing';
import { PeerStatusElement } from '../../components/peer-status.js';
import type { PathName } from '../../src/index.js';
import { FakeSource, idOf, type FakePeer } from './chat-fake.js';

export interface Described {
  readonly path?: PathName | null;
  readonly rtt?: number | null;
  readonly state?: RTCPeerConnectionState;
}

/** Twelve groups that differ from one id to another. */
export const numberOf = (id: string): string =>
  Array.from({ length: 12 }, (_, at) =>
    String((id.charCodeAt(0) * 7919 + at * 10_007) % 100_000).padStart(5, '0'),
  ).join(' ');

export class FakeStatusSource extends FakeSource {
  /** How often each has been measured. */
  readonly pings = new Map<string, number>();

  /** Somebody is there, though perhaps not reached yet. */
  come(name: string, displayName = '', { path = 'direct', rtt = 12, state }: Described = {}): FakePeer {
    const id = idOf(name);
    const peer = Object.assign(new EventTarget(), {
      id,
      identity: id.replace(/\.\d+$/, ''),
      displayName,
      state: 'connected',
      path,
      rtt,
      safetyNumber: () => Promise.resolve(numberOf(id)),
      ping: () => {
        this.pings.set(id, (this.pings.get(id) ?? 0) + 1);
        return Promise.resolve(rtt ?? 1);
      },
    });
    this.peers.set(id, peer as FakePeer);
    this.meet(name);
    if (state) this.connect(name, state);
    return peer as FakePeer;
  }
}

/** In a page of its own, where the names are free. */
export function register(): void {
  customElements.define('peer-group', class extends FakeStatusSource {});
  customElements.define('peer-pair', class extends FakeStatusSource {});
  customElements.define('peer-status', PeerStatusElement);
}

export interface MountedStatus {
  readonly source: FakeStatusSource;
  readonly status: PeerStatusElement;
}

/** In a group, both in the page. */
export async function mountStatus(attributes = ''): Promise<MountedStatus> {
  const box = await fixture<HTMLElement>(
    `<div><peer-group><peer-status ${attributes}></peer-status></peer-group></div>`,
  );
  const source = box.querySelector<FakeStatusSource>('peer-group')!;
  const status = box.querySelector('peer-status')!;
  await status.updateComplete;
  return { source, status };
}

export const all = (element: HTMLElement, selector: string): HTMLElement[] => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

export const words = (element: Element | null | undefined): string =>
  element?.textContent.trim().replaceAll(/\s+/g, ' ') ?? '';

/** What is shown of somebody. */
export const rowOf = (status: PeerStatusElement, name: string): HTMLElement =>
  all(status, '[data-peer]').find(({ dataset }) => dataset['peer'] === idOf(name))!;

export async function press(status: PeerStatusElement, name: string, selector: string): Promise<void> {
  rowOf(status, name).querySelector<HTMLElement>(selector)!.click();
  await status.updateComplete;
  // What the click began, the number for one.
  await Promise.resolve();
  await status.updateComplete;
}
