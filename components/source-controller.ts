/** Finds the group or pair an element belongs to, and keeps finding it while the page changes. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type {
  JoinDetail,
  Knock,
  Peer,
  PeerError,
  ProgressDetail,
  RoomEventMap,
  SourceEventMap,
  TypedListeners,
} from '../src/index.js';

/** The events of a group and of a pair under one roof. */
export interface SourceElementEventMap extends SourceEventMap {
  join: CustomEvent<JoinDetail & { readonly room?: string; readonly code?: string }>;
  busy: CustomEvent<{ readonly code: string }>;
  moderator: CustomEvent<{ readonly identity: string }>;
  joinrequest: RoomEventMap['joinrequest'];
  joinrequestend: RoomEventMap['joinrequestend'];
  knock: RoomEventMap['knock'];
}

export interface SourceSendOptions {
  readonly to?: string | readonly string[];
  readonly type?: string;
  readonly metadata?: unknown;
  readonly signal?: AbortSignal;
  /** For large values, of each receiver. */
  readonly onprogress?: (detail: ProgressDetail) => void;
}

/** What elements around a group or pair use of it; anything that offers this can be a source. */
export type SourceElement = TypedListeners<SourceElementEventMap> &
  HTMLElement & {
    readonly peerId: string | null;
    readonly peers: ReadonlyMap<string, Peer>;
    readonly state: RTCPeerConnectionState;
    readonly error: PeerError | null;
    displayName: string;
    readonly room?: string | null;
    readonly code?: string | null;
    /** Whether this page may send others out. */
    readonly moderator?: boolean;
    kick?(id: string, options?: { readonly ban?: boolean; readonly reason?: string }): Promise<void>;
    readonly password?: string | null | undefined;
    /** By id, who waits at the door for a decision that this page may take. */
    readonly knocks?: ReadonlyMap<string, Knock>;
    /** Whether this page stands at the door itself. */
    readonly knocking?: boolean;
    connect?(): void;
    close?(): void;
    send(data: unknown, options?: SourceSendOptions): Promise<void>;
    /** Sent to everyone, now and later. */
    stream?: MediaStream | null;
    addStream?(
      stream: MediaStream,
      options?: { readonly to?: string | readonly string[]; readonly metadata?: unknown },
    ): void;
    removeStream?(stream: MediaStream): void;
    mute?(kind: 'audio' | 'video', muted: boolean): void;
    readonly muted?: { readonly audio: boolean; readonly video: boolean };
  };

/** An element that is told its source by id or by where it stands. */
export type SourceHost = ReactiveControllerHost & HTMLElement & { readonly for: string | null };

export type SourceCallback = (previous: SourceElement | null, next: SourceElement | null) => void;

const ANCESTORS = 'peer-group, peer-pair';

/** Looks outwards through shadow roots too: an element inside a page's own component still finds its group. */
function nearestAncestor(host: Element): Element | null {
  for (let node: Node | null = host; node;) {
    if (node instanceof Element && node !== host && node.matches(ANCESTORS)) return node;
    node = node.parentNode ?? (node instanceof ShadowRoot ? node.host : null);
  }
  return null;
}

const isSource = (element: Element | null): element is SourceElement =>
  !!element && typeof (element as Partial<SourceElement>).send === 'function';

/**
 * Links its host to a source: the element whose id is the host's `for`, in the same document or shadow root, or else
 * the nearest `<peer-group>` or `<peer-pair>` around the host. The source may arrive, be upgraded, change or go at
 * any time; `callback` hears of each change once. A host moved within the page keeps its source.
 */
export class SourceController implements ReactiveController {
  readonly #host: SourceHost;
  readonly #callback: SourceCallback;
  readonly #awaited = new Set<string>();
  #observer: MutationObserver | null = null;
  #observed: Node | null = null;
  #for: string | null = null;
  #source: SourceElement | null = null;

  constructor(host: SourceHost, callback: SourceCallback) {
    this.#host = host;
    this.#callback = callback;
    host.addController(this);
  }

  get source(): SourceElement | null {
    return this.#source;
  }

  hostConnected(): void {
    this.#resolve();
  }

  hostUpdate(): void {
    if (this.#for !== this.#host.for) this.#resolve();
  }

  hostDisconnected(): void {
    this.#watch(null);
    // A move is a disconnect and a connect in one task; only what is still outside afterwards has left.
    queueMicrotask(() => {
      if (!this.#host.isConnected) this.#set(null);
    });
  }

  #resolve(): void {
    if (!this.#host.isConnected) return;
    this.#for = this.#host.for;
    const found = this.#for ? this.#byId(this.#for) : nearestAncestor(this.#host);
    if (!this.#for) this.#watch(null);
    if (found?.matches(':not(:defined)')) this.#await(found.localName);
    this.#set(isSource(found) ? found : null);
  }

  /** Ancestors change only by moving the host, which it is told; an id can turn up anywhere, so that is watched. */
  #byId(id: string): Element | null {
    const root = this.#host.getRootNode();
    if (!(root instanceof Document || root instanceof ShadowRoot)) return null;
    this.#watch(root);
    return root.getElementById(id);
  }

  #watch(root: Node | null): void {
    if (root === this.#observed) return;
    this.#observer?.disconnect();
    this.#observed = root;
    if (!root) return;
    this.#observer ??= new MutationObserver(() => this.#resolve());
    this.#observer.observe(root, { childList: true, subtree: true, attributeFilter: ['id'] });
  }

  /** Weakly: a tag that is never defined must not hold on to every element that once waited for it. */
  #await(name: string): void {
    if (this.#awaited.has(name)) return;
    this.#awaited.add(name);
    const self = new WeakRef(this);
    void customElements.whenDefined(name).then(() => {
      const controller = self.deref();
      if (controller) controller.#resolve();
    });
  }

  #set(next: SourceElement | null): void {
    const previous = this.#source;
    if (previous === next) return;
    this.#source = next;
    this.#callback(previous, next);
  }
}
