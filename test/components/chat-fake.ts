/** A group or pair that is not one: what `<peer-chat>` may use of it, driven by hand. */
import { fixture } from '@open-wc/testing';
import { PeerChatElement } from '../../components/peer-chat.js';
import type { SourceElement } from '../../components/source-controller.js';
import type { Peer, PeerError } from '../../src/index.js';

export interface Sent {
  readonly data: unknown;
  readonly type: string;
  readonly to: string | readonly string[] | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type FakePeer = Mutable<Pick<Peer, 'id' | 'displayName' | 'state'>>;

const makePeer = (id: string, displayName: string, state: RTCPeerConnectionState): FakePeer =>
  Object.assign(new EventTarget(), { id, displayName, state });

/** An id as real ones are: 43 characters that begin with `name`. */
export const idOf = (name: string): string => name.padEnd(43, '-');

export class FakeSource extends HTMLElement {
  peerId: string | null = null;
  state: RTCPeerConnectionState = 'new';
  error: PeerError | null = null;
  room: string | null = 'tea';
  readonly peers = new Map<string, FakePeer>();
  readonly sent: Sent[] = [];
  /** How sending ends; by default it works. */
  outcome: () => Promise<void> = () => Promise.resolve();
  readonly #others = new Map<string, FakeSource>();
  #displayName = '';

  get displayName(): string {
    return this.#displayName;
  }
  set displayName(name: string) {
    this.#displayName = name;
    for (const other of this.#others.values()) other.rename(this.peerId!, name);
  }

  /** To be given where a source is expected. */
  get asSource(): SourceElement {
    return this as unknown as SourceElement;
  }

  send(data: unknown, { to, type = '' }: { to?: string; type?: string } = {}): Promise<void> {
    this.sent.push({ data, type, to });
    const ids = to === undefined ? [...this.#others.keys()] : [to];
    for (const id of ids) this.#others.get(id)?.receive(this.peerId!, data, type);
    return this.outcome();
  }

  fire(type: string, detail: unknown = {}): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  turn(state: RTCPeerConnectionState, error: PeerError | null = null): this {
    const previous = this.state;
    this.state = state;
    this.error = error;
    this.fire('statechange', { state, previous });
    return this;
  }

  /** Gets in; `others` are there already and are met at once. */
  enter(name: string, others: readonly FakeSource[] = [], room = this.room): this {
    this.peerId = idOf(name);
    this.room = room;
    this.fire('open', { id: this.peerId });
    for (const other of others) {
      this.#others.set(other.peerId!, other);
      this.peers.set(other.peerId!, makePeer(other.peerId!, other.displayName, 'new'));
    }
    this.turn('connected');
    this.fire('join', { id: this.peerId, room, peers: new Map(this.peers), created: !others.length });
    for (const other of others) {
      other.#others.set(this.peerId, this);
      other.meet(this.peerId, this.displayName);
      this.meet(other.peerId!, other.displayName);
    }
    return this;
  }

  leave(): this {
    for (const other of this.#others.values()) {
      other.#others.delete(this.peerId!);
      other.lose(this.peerId!);
    }
    this.#others.clear();
    this.peers.clear();
    this.turn('closed');
    this.fire('close', { code: 'closed', reason: '' });
    return this;
  }

  meet(name: string, displayName = ''): FakePeer {
    const peer = this.peers.get(idOf(name)) ?? makePeer(idOf(name), displayName, 'connected');
    peer.state = 'connected';
    this.peers.set(peer.id, peer);
    this.fire('peer', { peer });
    return peer;
  }

  lose(name: string): void {
    const peer = this.peers.get(idOf(name));
    this.peers.delete(idOf(name));
    if (peer) peer.state = 'closed';
    this.fire('leave', { peer, reason: 'left' });
  }

  /** The peer can be reached, or cannot for now. */
  connect(name: string, state: RTCPeerConnectionState): void {
    const peer = this.peers.get(idOf(name))!;
    const previous = peer.state;
    peer.state = state;
    (peer as unknown as EventTarget).dispatchEvent(
      new CustomEvent('statechange', { detail: { state, previous } }),
    );
  }

  rename(name: string, displayName: string): void {
    const peer = this.peers.get(idOf(name))!;
    peer.displayName = displayName;
    this.fire('profile', { peer });
  }

  /** Something arrives from `name`. */
  receive(name: string, data: unknown, type = 'peer-chat'): void {
    const peer = this.peers.get(idOf(name)) ?? makePeer(idOf(name), '', 'connected');
    this.fire('data', { data, type, peer, metadata: undefined, delivery: 'reliable' });
  }

  /** `name` says something as a chat does. */
  hear(name: string, text: string, time = Date.now(), id = String(Math.random())): void {
    this.receive(name, { id, text, time, name: this.peers.get(idOf(name))?.displayName ?? '' });
  }

  sentAs(type: string): Sent[] {
    return this.sent.filter((sent) => sent.type === type);
  }
}

/** In a page of its own, where the names are free. */
export function register(): void {
  customElements.define('peer-group', class extends FakeSource {});
  customElements.define('peer-pair', class extends FakeSource {});
  customElements.define('peer-chat', PeerChatElement);
}

export interface Mounted {
  readonly source: FakeSource;
  readonly chat: PeerChatElement;
}

/** A chat in a group, both in the page. */
export async function mount(attributes = '', tag = 'peer-group'): Promise<Mounted> {
  const box = await fixture<HTMLElement>(`<div><${tag}><peer-chat ${attributes}></peer-chat></${tag}></div>`);
  const source = box.querySelector<FakeSource>(tag)!;
  const chat = box.querySelector('peer-chat')!;
  await chat.updateComplete;
  return { source, chat };
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as querySelector() has it
export const $ = <E extends HTMLElement = HTMLElement>(chat: PeerChatElement, selector: string): E =>
  chat.shadowRoot!.querySelector<E>(selector)!;

export const $$ = (chat: PeerChatElement, selector: string): HTMLElement[] => [
  ...chat.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

/** What the elements say, as it is seen. */
export const said = (chat: PeerChatElement, selector: string): string[] =>
  $$(chat, selector).map((element) => element.textContent.trim().replaceAll(/\s+/g, ' '));

export async function type(chat: PeerChatElement, text: string): Promise<void> {
  const input = $<HTMLTextAreaElement>(chat, 'textarea');
  input.value = text;
  input.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
  await chat.updateComplete;
}

/** Whether the page would have done something itself. */
export async function press(
  element: HTMLElement,
  key: string,
  more: KeyboardEventInit = {},
): Promise<boolean> {
  const event = new KeyboardEvent('keydown', {
    key,
    bubbles: true,
    composed: true,
    cancelable: true,
    ...more,
  });
  const untouched = element.dispatchEvent(event);
  await Promise.resolve();
  return untouched;
}
