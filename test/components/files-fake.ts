/**
 * A group or pair that carries files by hand: one step of a transfer at a time, and any end of it. What it says to the
 * elements is what the contract promises; whether the real one keeps that is for the tests between real rooms to prove.
 */
import { fixture } from '@open-wc/testing';
import { PeerChatElement } from '../../components/peer-chat.js';
import { PeerFilesElement } from '../../components/peer-files.js';
import type { SourceSendOptions } from '../../components/source-controller.js';
import { PeerError } from '../../src/errors.js';
import { Transfer, type TransferState } from '../../src/transfer/transfer.js';
import { FakeSource, idOf, type FakePeer } from './chat-fake.js';

export interface Offer {
  readonly name?: string;
  readonly size?: number | null;
  readonly mediaType?: string;
  readonly type?: string;
  readonly metadata?: unknown;
}

let count = 0;

/** One file on its way. Only the ends that this page has are there. */
export class Flow {
  readonly transfer: Transfer;
  readonly peer: FakePeer;
  /** What the other side was told. */
  reason: string | null = null;
  readonly options: SourceSendOptions;
  readonly file: File | null;
  readonly settled: Promise<void>;
  readonly #source: FakeFileSource;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #sink: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;

  constructor(
    source: FakeFileSource,
    peer: FakePeer,
    direction: 'in' | 'out',
    offer: Offer,
    options: SourceSendOptions = {},
    file: File | null = null,
  ) {
    this.#source = source;
    this.peer = peer;
    this.options = options;
    this.file = file;
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.settled.catch(() => undefined);
    const { name = 'file.bin', size = 1000, mediaType = '', type = 'peer-files', metadata } = offer;
    this.transfer = new Transfer(
      { id: String(++count), direction, type, metadata, delivery: 'reliable', size, name, mediaType },
      {
        accept: () => this.accept(),
        refuse: (reason) => this.refuse(reason),
        cancel: (reason) => this.cancel(reason),
        stream: () => this.#stream(),
      },
    );
    options.signal?.addEventListener('abort', () => this.cancel('aborted'));
  }

  get state(): TransferState {
    return this.transfer.state;
  }

  accept(): this {
    if (this.state === 'offered') this.transfer.transition('active');
    return this;
  }

  refuse(reason = ''): this {
    return this.#end('refused', new PeerError('refused', 'The peer refused it.'), reason);
  }

  cancel(reason = ''): this {
    return this.#end('cancelled', new PeerError('aborted', 'It was cancelled.'), reason);
  }

  fail(): this {
    return this.#end('failed', new PeerError('gone', 'The peer is gone.'));
  }

  /** So much of it is there. */
  move(loaded: number): this {
    this.accept();
    this.transfer.progressed(loaded);
    this.transfer.tellProgress();
    const { transfer, peer } = this;
    const { direction, size: total } = transfer;
    this.options.onprogress?.({ loaded, total, transfer, direction, peer: peer as never });
    return this;
  }

  /** The rest of it: `content` is what a receiver gets. */
  finish(content: BlobPart = ''): this {
    const { name, mediaType, size, type, metadata, direction } = this.transfer;
    const file = new File([content], name, { type: mediaType });
    this.move(size ?? file.size);
    const sink = this.#sink;
    if (sink) {
      void file.arrayBuffer().then((bytes) => {
        sink.enqueue(new Uint8Array(bytes));
        sink.close();
        this.#end('done');
      });
      return this;
    }
    this.#end('done');
    const { transfer, peer } = this;
    if (direction === 'in') {
      this.#source.fire('data', { data: file, type, peer, metadata, transfer, delivery: 'reliable' });
    }
    return this;
  }

  #stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.accept();
    return new ReadableStream({
      start: (controller) => {
        this.#sink = controller;
      },
      cancel: () => {
        this.cancel();
      },
    });
  }

  #end(state: TransferState, error: PeerError | null = null, reason = ''): this {
    if (this.state !== 'offered' && this.state !== 'active') return this;
    this.reason = reason;
    if (error) {
      if (this.#sink) this.#sink.error(error);
      this.#reject(error);
    } else this.#resolve();
    this.transfer.transition(state, error);
    return this;
  }
}

export class FakeFileSource extends FakeSource {
  /** What this page sends, one for each receiver. */
  readonly flows: Flow[] = [];
  readonly #all: Flow[] = [];

  override send(data: unknown, options: SourceSendOptions = {}): Promise<void> {
    if (!(data instanceof File)) return super.send(data, options as { to?: string });
    const { to, type = '', metadata } = options;
    const ids = to === undefined ? [...this.peers.keys()] : [to].flat();
    const { name, size, type: mediaType } = data;
    const flows = ids.map(
      (id) =>
        new Flow(this, this.peers.get(id)!, 'out', { name, size, mediaType, type, metadata }, options, data),
    );
    this.flows.push(...flows);
    this.#all.push(...flows);
    return Promise.all(flows.map(({ settled }) => settled)).then(() => undefined);
  }

  /** `name` offers a file. */
  offer(name: string, offer: Offer = {}): Flow {
    const peer = this.peers.get(idOf(name)) ?? this.meet(name);
    const flow = new Flow(this, peer, 'in', offer);
    this.#all.push(flow);
    const { transfer } = flow;
    const detail = { transfer, peer, metadata: transfer.metadata };
    const event = new CustomEvent('transfer', { detail, cancelable: true });
    if (this.dispatchEvent(event)) flow.accept();
    return flow;
  }

  /** A file that is small enough to come without being offered. */
  bring(name: string, file: File, type = 'peer-files', metadata?: unknown): void {
    const peer = this.peers.get(idOf(name)) ?? this.meet(name);
    this.fire('data', { data: file, type, peer, metadata, delivery: 'reliable' });
  }

  /** What the last offer, or the one of this file, became. */
  flow(name: string): Flow {
    return this.flows.findLast(({ transfer }) => transfer.name === name)!;
  }

  override lose(name: string): void {
    for (const flow of this.#all) if (flow.peer.id === idOf(name)) flow.fail();
    super.lose(name);
  }
}

/** In a page of its own, where the names are free. */
export function register(): void {
  customElements.define('peer-group', class extends FakeFileSource {});
  customElements.define('peer-pair', class extends FakeFileSource {});
  customElements.define('peer-files', PeerFilesElement);
  customElements.define('peer-chat', PeerChatElement);
}

export interface MountedFiles {
  readonly source: FakeFileSource;
  readonly files: PeerFilesElement;
}

/** In a group, both in the page. */
export async function mountFiles(attributes = ''): Promise<MountedFiles> {
  const box = await fixture<HTMLElement>(
    `<div><peer-group><peer-files ${attributes}></peer-files></peer-group></div>`,
  );
  const source = box.querySelector<FakeFileSource>('peer-group')!;
  const files = box.querySelector('peer-files')!;
  await files.updateComplete;
  return { source, files };
}

export const fileOf = (name: string, size = 1000, type = ''): File =>
  new File([new Uint8Array(size)], name, { type });

/** What a drop, or with `type` a paste, carries. */
export function carry(files: readonly File[], text = ''): DataTransfer {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  if (text) transfer.setData('text/plain', text);
  return transfer;
}

export const drag = (target: EventTarget, type: string, dataTransfer: DataTransfer): DragEvent => {
  const event = new DragEvent(type, { dataTransfer, bubbles: true, composed: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
};

export const paste = (target: EventTarget, clipboardData: DataTransfer): ClipboardEvent => {
  const event = new ClipboardEvent('paste', { bubbles: true, composed: true, cancelable: true });
  // Firefox takes none from a script.
  Object.defineProperty(event, 'clipboardData', { value: clipboardData });
  target.dispatchEvent(event);
  return event;
};

/** A picture as a camera would make it. */
export async function picture(
  width = 640,
  height = 480,
  type = 'image/png',
  name = 'picture.png',
): Promise<File> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  const sky = context.createLinearGradient(0, 0, width, height);
  sky.addColorStop(0, '#f6b26b');
  sky.addColorStop(0.5, '#c27ba0');
  sky.addColorStop(1, '#3d5a80');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#fff3d6';
  context.beginPath();
  context.arc(width * 0.7, height * 0.35, height * 0.12, 0, 7);
  context.fill();
  const blob = await new Promise<Blob>((resolve) => canvas.toBlob((made) => resolve(made!), type));
  return new File([blob], name, { type });
}
