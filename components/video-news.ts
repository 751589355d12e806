/** Listens to the source of a `<peer-video>`: what may look different, and what is said to the ear. */
import type { Peer } from '../src/index.js';
import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { nameOf } from './chat-text.js';
import type { SourceElement } from './source-controller.js';
import type { PeerVideoStrings } from './video-strings.js';
import { peerTiles } from './video-tiles.js';

interface Detail {
  readonly peer: Peer;
  readonly stream?: MediaStream;
}

/** After these something may look different. */
const CHANGES: readonly string[] = [
  'open',
  'join',
  'profile',
  'track',
  'streamend',
  'mute',
  'mediastate',
  'mediaerror',
  'upgrade',
  'downgrade',
  'reconnecting',
  'reconnect',
  'statechange',
  'error',
];

/** What assistive technology is told stays for this many announcements. */
const SAID = 4;

export class VideoNews {
  readonly #changed: () => void;
  readonly #ended: () => void;
  readonly #strings: () => PeerVideoStrings;
  #listening: AbortController | null = null;
  /** Peers that are listened to. */
  #heard = new WeakSet<Peer>();
  #said: readonly { readonly key: number; readonly text: string }[] = [];

  /** @param ended the source has, for good */
  constructor(changed: () => void, ended: () => void, strings: () => PeerVideoStrings) {
    this.#changed = changed;
    this.#ended = ended;
    this.#strings = strings;
  }

  attach(source: SourceElement | null): void {
    this.#listening?.abort();
    this.#listening = new AbortController();
    this.#heard = new WeakSet();
    const { signal } = this.#listening;
    const on = (type: string, act?: (detail: Detail) => void): void => {
      const listener = (event: Event): void => {
        act?.((event as CustomEvent<Detail>).detail);
        this.#changed();
      };
      (source as EventTarget | null)?.addEventListener(type, listener, { signal });
    };
    for (const type of CHANGES) on(type);
    // Who is muted can be read; said as well, it would be too much.
    on('peer', ({ peer }) => this.#say('joined', peer));
    on('leave', ({ peer }) => this.#say('left', peer));
    on('stream', ({ peer, stream }) => {
      const tile = peerTiles(peer, this.#strings()).find((one) => one.stream === stream);
      if (tile?.screen) this.#say('shares', peer);
    });
    on('close', () => this.#ended());
  }

  /** The source does not say when one of its peers cannot be reached for a while. */
  follow(peers: Iterable<Peer>): void {
    const signal = this.#listening?.signal;
    if (!signal) return;
    for (const peer of peers) {
      if (this.#heard.has(peer)) continue;
      this.#heard.add(peer);
      peer.addEventListener('statechange', () => this.#changed(), { signal });
    }
  }

  render(): TemplateResult {
    return html`<div class="sr" role="log">
      ${repeat(
        this.#said,
        ({ key }) => key,
        ({ text }) => html`<p>${text}</p>`,
      )}
    </div>`;
  }

  #say(what: 'joined' | 'left' | 'shares', { id, displayName }: Peer): void {
    const s = this.#strings();
    const key = (this.#said.at(-1)?.key ?? 0) + 1;
    this.#said = [...this.#said, { key, text: s[what](nameOf(s, id, displayName)) }].slice(-SAID);
  }
}
