/** Whatever a peer or an operator sends: a typed value or a refusal, never a throw. */
import { expect } from '@open-wc/testing';
import { decode, encode } from '../../src/codec/value.js';
import { PeerError } from '../../src/errors.js';
import { createIdentity } from '../../src/identity.js';
import { encodeSignal, parseSignal } from '../../src/path/signal.js';
import { parsePeerFrame } from '../../src/peer-frame.js';
import {
  encodePiece as encodeTransferPiece,
  parsePiece,
  wordValue,
  type TransferWord,
} from '../../src/transfer/wire.js';
import { toBase64url } from '../../src/base64url.js';
import { encodeMessage, packPeerId, parseMessage } from '../../src/message-frame.js';
import { parseServerFrame } from '../../src/protocol.js';
import { initiate, respond } from '../../src/session/handshake.js';
import { Session } from '../../src/session/session.js';
import { Datagrams } from '../../src/session/datagrams.js';
import {
  encodeDatagrams,
  encodeUnordered,
  parseDatagrams,
  parseUnordered,
} from '../../src/session/parcel-frame.js';
import { Unordered } from '../../src/session/unordered.js';
import { parseWindowFrame, encodePiece, encodeResume } from '../../src/session/window-frame.js';
import { Conversation } from '../../src/session/conversation.js';
import { random as seeded } from '../support/random.js';
import { until } from '../support/until.js';

type Bytes = Uint8Array<ArrayBuffer>;

const seed = Math.floor(Math.random() * 2 ** 31);
const chance = seeded(seed);
const random = (below: number): number => Math.floor(chance() * below);

function mutate(sample: Bytes): Bytes {
  const cut = random(4) === 0 ? random(sample.length + 1) : sample.length;
  const mutated = new Uint8Array([
    ...sample.slice(0, cut),
    ...(random(5) === 0 ? [random(256), random(256)] : []),
  ]);
  for (let i = random(4); i > 0 && mutated.length > 0; i--) mutated[random(mutated.length)] = random(256);
  return mutated;
}

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const asText = (bytes: Bytes): string => new TextDecoder().decode(bytes);
const id = toBase64url(new Uint8Array(32).fill(5));

const resume = { memory: 'm', of: '', turn: 1, received: 0, lost: 0, direct: false, ask: false };
const piece = encodePiece(3, 1, { bytes: utf8('"half'), isText: true, more: true });
const datagrams = (epoch: number, text: string): Bytes =>
  encodeDatagrams({
    epoch,
    theirs: 8,
    seen: [{ slot: 3, version: 4 }],
    records: [
      { bytes: utf8(text), isText: true, latest: { slot: 1, version: 2 } },
      { bytes: utf8('fast'), isText: false, latest: null },
    ],
  });
const unordered = (epoch: number, text: string): Bytes =>
  encodeUnordered({
    epoch,
    low: 1,
    theirs: 8,
    base: 2,
    beyond: new Uint8Array([2, 1]),
    segments: [
      { id: 1, bytes: utf8(text), isText: true, starts: true, more: false },
      { id: 2, bytes: utf8('half'), isText: true, starts: true, more: true },
    ],
  });

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** @throws where the parser gives what its type does not promise */
function checkedWord(word: TransferWord): TransferWord {
  if (!isSize(word.id)) throw new Error('id');
  for (const [name, value] of Object.entries(word) as [string, unknown][]) {
    if (['at', 'until', 'size'].includes(name) && !isSize(value)) throw new Error(name);
    if (['name', 'mediaType', 'reason', 'hash'].includes(name) && typeof value !== 'string')
      throw new Error(name);
  }
  if (word.word === 'offer' && word.parts && !(word.parts.length > 0 && word.parts.every(isSize))) {
    throw new Error('parts');
  }
  return word;
}

/** @throws where the parser gives what its type does not promise */
function checkedFrame(frame: ReturnType<typeof parsePeerFrame>): typeof frame {
  if (frame === null || frame.kind === 'hello' || frame.kind === 'words') return frame;
  if (frame.kind === 'media') return frame;
  if (frame.kind === 'transfer') return checkedWord(frame.word) && frame;
  if (frame.kind !== 'data' && !(Number.isSafeInteger(frame.id) && frame.id >= 0)) throw new Error('id');
  if ('type' in frame && typeof frame.type !== 'string') throw new Error('type');
  if (frame.kind !== 'response' || 'data' in frame.answer) return frame;
  const words = 'error' in frame.answer ? Object.values(frame.answer.error) : [frame.answer.refusal];
  if (!words.every((word) => typeof word === 'string')) throw new Error('words');
  return frame;
}

/** Also keeps to what the types promise, as far as the parser itself can break it. */
const frames: [string, Bytes, (bytes: Bytes) => unknown][] = [
  [
    'a signal',
    encodeSignal({ link: 'a', message: { description: { type: 'offer', sdp: 'v=0' } } }),
    parseSignal,
  ],
  [
    'a candidate',
    encodeSignal({ link: 'a', message: { candidate: { candidate: 'c', sdpMid: '0', sdpMLineIndex: 0 } } }),
    parseSignal,
  ],
  ['a message', encodeMessage(3, packPeerId(id), utf8('payload')), parseMessage],
  [
    'a control frame',
    utf8(
      JSON.stringify({
        type: 'joined',
        n: 1,
        created: true,
        capacity: 2,
        earlier: 1,
        members: [{ id, hello: 'AA' }],
      }),
    ),
    (bytes) => parseServerFrame(asText(bytes)),
  ],
  [
    'what peers say',
    utf8(encode({ type: 'x', data: [1, { a: null }], metadata: {} }) as string),
    (bytes) => parsePeerFrame(decode(asText(bytes))?.value),
  ],
  [
    'what peers say in bytes',
    encode({ type: 'x', data: [new Uint16Array(400), { b: new ArrayBuffer(3) }] }) as Bytes,
    (bytes) => parsePeerFrame(decode(bytes.buffer)?.value),
  ],
  [
    'what peers say beyond JSON',
    utf8(encode({ type: 'x', data: [new Map([[1n, new Date(5)]]), , NaN], metadata: /a/g }) as string), // prettier-ignore
    (bytes) => parsePeerFrame(decode(asText(bytes))?.value),
  ],
  [
    'what peers say of streams',
    utf8(
      '{"media":{"link":"a","muted":{"audio":true,"video":false},"streams":[{"key":1,"metadata":"x","tracks":[{"kind":"audio","mid":"0"}]}]}}',
    ),
    (bytes) => parsePeerFrame(decode(asText(bytes))?.value),
  ],
  [
    'a greeting',
    utf8('{"hello":{"name":"Ada","profile":{}}}'),
    (bytes) => parsePeerFrame(decode(asText(bytes))?.value),
  ],
  ...[
    '{"request":4711,"type":"x","data":{"a":[1]},"metadata":null}',
    '{"response":4711,"data":{"a":[1]}}',
    '{"response":4711,"error":{"name":"RangeError","message":"too far"}}',
    '{"response":4711,"refusal":"rate-limited"}',
    '{"cancel":4711}',
  ].map((text): (typeof frames)[number] => [
    `what peers say about requests, ${text.slice(0, 26)}`,
    utf8(text),
    (bytes) => checkedFrame(parsePeerFrame(decode(asText(bytes))?.value)),
  ]),
  ...(
    [
      {
        word: 'offer',
        id: 7,
        type: 'x',
        metadata: 1,
        name: 'a.png',
        mediaType: 'image/png',
        parts: [9, 4],
        isText: true,
        delivery: 'reliable',
      },
      { word: 'take', id: 7, at: 10, until: 4_194_314, again: false },
      { word: 'end', id: 7, size: 13, hash: 'x'.repeat(43) },
      { word: 'refuse', id: 7, reason: 'no' },
    ] satisfies TransferWord[]
  ).map((word): (typeof frames)[number] => [
    `what peers say about large values, ${word.word}`,
    utf8(encode(wordValue(word)) as string),
    (bytes) => checkedFrame(parsePeerFrame(decode(asText(bytes))?.value)),
  ]),
  ['a piece of a large value', encodeTransferPiece(7, 65_536, utf8('bytes')), parsePiece],
  [
    'messages',
    utf8('[12,7,{"type":"","data":1},{"type":"x","data":[2]}]'),
    (bytes) => parseWindowFrame(asText(bytes)),
  ],
  ['a sign of life', utf8('["ping",47]'), (bytes) => parseWindowFrame(asText(bytes))],
  ['where one side stands', utf8(encodeResume(resume)), (bytes) => parseWindowFrame(asText(bytes))],
  ['a piece of a message', piece, (bytes) => parseWindowFrame(bytes.slice().buffer)],
  ['datagrams', datagrams(7, 'x'), parseDatagrams],
  ['what needs no order', unordered(7, 'x'), parseUnordered],
];

describe(`Mutated frames (seed ${String(seed)})`, () => {
  for (const [name, sample, parse] of frames) {
    it(`of ${name} are parsed or refused`, () => {
      expect(parse(sample), 'the sample itself is good').not.to.equal(null);
      for (let i = 0; i < 20_000; i++) {
        const parsed = parse(mutate(sample));
        if (parsed === undefined) throw new Error('A parser gives null, or a value.');
      }
      expect('polluted' in {}).to.equal(false);
    });
  }

  it('of a handshake are refused as untrusted, and of a session change nothing', async () => {
    const [alice, bob] = await Promise.all([createIdentity(), createIdentity()]);
    const [a, b] = [alice, bob].map((identity) => ({
      identity,
      room: 'r'.repeat(43),
      psk: new Uint8Array(32),
    })) as [Parameters<typeof initiate>[0], Parameters<typeof initiate>[0]];
    const announcement = await initiate(a);
    const { m2 } = await respond(b, alice.id, announcement.m1);
    const isSame = (x: Bytes, y: Bytes): boolean => toBase64url(x) === toBase64url(y);
    for (let i = 0; i < 300; i++) {
      const [m1, other] = [mutate(announcement.m1), mutate(m2)];
      for (const [unchanged, attempt] of [
        [isSame(m1, announcement.m1), () => respond(b, alice.id, m1)],
        [isSame(other, m2), () => announcement.finish(bob.id, other)],
      ] as const) {
        if (unchanged) continue;
        const error: unknown = await attempt().catch((reason: unknown) => reason);
        expect(error).to.be.an.instanceOf(PeerError);
      }
    }
    const told: string[] = [];
    const session = new Session(
      { context: a, initiator: announcement, id: bob.id },
      {
        send: () => undefined,
        keyed: () => told.push('keyed'),
        frame: () => told.push('frame'),
        untrusted: () => undefined,
      },
    );
    for (let i = 0; i < 300; i++) session.receive(mutate(new Uint8Array(random(80)).map(() => random(256))));
    session.receive(m2);
    await until(() => told.length > 0, { what: 'the one honest message' });
    expect(told).to.deep.equal(['keyed']);
  });

  it('of a conversation break nothing, nor do they count', () => {
    const received: unknown[] = [];
    const conversation = new Conversation({
      message: (message) => received.push(message),
      bye: () => undefined,
      moved: () => undefined,
      restarted: () => '0',
      gap: () => undefined,
      silent: () => undefined,
      broken: () => undefined,
    });
    conversation.open('direct', { batch: 16_384, hasRoom: () => true, send: () => undefined });
    const samples = [
      utf8(encodeResume(resume)),
      utf8('[1,0,"a","b"]'),
      utf8('["ping",1]'),
      utf8('["pong",1]'),
      piece,
    ];
    for (let i = 0; i < 20_000; i++) {
      const bytes = mutate(samples[random(samples.length)]!);
      conversation.receive(random(2) === 0 ? asText(bytes) : bytes.slice().buffer, 'direct');
      if (random(10) === 0) void conversation.send('"mine"').catch(() => undefined);
    }
    // Whoever it is by now: one that begins anew is understood.
    conversation.receive(encodeResume({ ...resume, memory: 'new' }), 'direct');
    received.length = 0;
    conversation.receive('[1,0,"honest"]', 'direct');
    expect(received).to.deep.equal([{ value: 'honest' }]);
    conversation.close(new PeerError('gone', 'The end.'));
  });

  it('of lanes break nothing, and who begins anew is understood', () => {
    const received: unknown[] = [];
    const lane = { hasRoom: () => true, send: () => undefined };
    const sink = { message: (message: unknown) => received.push(message), broken: () => undefined };
    for (const [made, encode] of [
      [new Datagrams(lane, sink), datagrams],
      [new Unordered(lane, sink), unordered],
    ] as const) {
      made.moved('direct');
      for (let i = 0; i < 10_000; i++) {
        made.receive(mutate(encode(7, 'mutated')));
        if (random(10) === 0 && made instanceof Datagrams)
          void made.send('latest', 'mine', String(i % 300)).catch(() => undefined);
        else if (random(10) === 0 && made instanceof Unordered) void made.send('mine').catch(() => undefined);
      }
      received.length = 0;
      made.receive(encode(123_456_789, 'honest'));
      expect(received[0]).to.deep.equal({ text: 'honest' });
      made.close(new PeerError('gone', 'The end.'));
    }
  });
});
