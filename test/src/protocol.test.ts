import { expect } from '@open-wc/testing';
import { fromBase64url, toBase64url } from '../../src/base64url.js';
import {
  MESSAGE_HEADER_BYTES,
  encodeMessage,
  packPeerId,
  parseMessage,
  readdressMessage,
} from '../../src/message-frame.js';
import {
  identityOf,
  isFinalClose,
  isPeerId,
  isRoomId,
  parseClientFrame,
  parseServerFrame,
  peerId,
} from '../../src/protocol.js';

const id = toBase64url(new Uint8Array(32).fill(7));
const room = toBase64url(new Uint8Array(32).fill(9));

describe('base64url', () => {
  it('is that of RFC 4648, without padding', () => {
    const pairs = {
      '': '',
      f: 'Zg',
      fo: 'Zm8',
      foo: 'Zm9v',
      foob: 'Zm9vYg',
      fooba: 'Zm9vYmE',
      foobar: 'Zm9vYmFy',
    };
    for (const [text, encoded] of Object.entries(pairs)) {
      expect(toBase64url(new TextEncoder().encode(text))).to.equal(encoded);
      expect(new TextDecoder().decode(fromBase64url(encoded) ?? undefined)).to.equal(text);
    }
    expect(toBase64url(new Uint8Array([255, 239, 254]))).to.equal('_-_-');
  });

  it('gives every length back', () => {
    for (let length = 0; length < 100; length++) {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      expect(fromBase64url(toBase64url(bytes))).to.deep.equal(bytes);
    }
  });

  it('refuses what no encoder writes', () => {
    for (const text of ['A', 'AAAAA', 'Zh', 'Zm9', 'Zg==', 'Z g', '+/', 'Zü']) {
      expect(fromBase64url(text), text).to.equal(null);
    }
  });
});

describe('ids', () => {
  it('are 43 characters and perhaps a slot', () => {
    for (const good of [id, `${id}.1`, `${id}.9999`]) expect(isPeerId(good), good).to.equal(true);
    for (const bad of [
      '',
      id.slice(1),
      `${id}x`,
      `${id}.`,
      `${id}.0`,
      `${id}.01`,
      `${id}.10000`,
      7,
      null,
      [id],
    ]) {
      expect(isPeerId(bad), String(bad)).to.equal(false);
    }
    expect(isRoomId(room)).to.equal(true);
    expect(isRoomId(`${room}.1`)).to.equal(false);
  });

  it('share their identity', () => {
    expect(peerId(id, 0)).to.equal(id);
    expect(peerId(id, 12)).to.equal(`${id}.12`);
    expect(identityOf(`${id}.12`)).to.equal(id);
  });
});

describe('messages', () => {
  for (const sender of [id, `${id}.1`, `${id}.9999`]) {
    it(`carry any payload under ${sender.slice(40)}`, () => {
      const payload = new Uint8Array([0, 1, 2, 255]);
      const frame = encodeMessage(513, packPeerId(sender), payload);
      expect(frame).to.have.length(MESSAGE_HEADER_BYTES + 4);
      expect(parseMessage(frame)).to.deep.equal({ n: 513, id: sender, payload });
    });
  }

  it('are given another address in place', () => {
    const frame = encodeMessage(1, packPeerId(`${id}.3`), new Uint8Array([42]));
    readdressMessage(frame, 2, packPeerId(room));
    expect(parseMessage(frame)).to.deep.equal({ n: 2, id: room, payload: new Uint8Array([42]) });
  });

  it('are nothing else', () => {
    expect(parseMessage(new Uint8Array())).to.equal(null);
    expect(parseMessage(new Uint8Array(MESSAGE_HEADER_BYTES))).to.equal(null);
    expect(parseMessage(new Uint8Array(MESSAGE_HEADER_BYTES - 1).fill(1))).to.equal(null);
    const slotTooHigh = encodeMessage(1, packPeerId(id), new Uint8Array());
    slotTooHigh[35] = 255;
    expect(parseMessage(slotTooHigh)).to.equal(null);
  });
});

describe('control frames', () => {
  const client = {
    login: { type: 'login', version: 1, key: 'AA', slot: 2, signature: 'BB' },
    credentials: { type: 'credentials', n: 1, token: 'e30.e30.AA', name: 'tea' },
    join: { type: 'join', n: 1, room, entry: 'create', capacity: 2, hello: 'CC', lock: room },
    leave: { type: 'leave', n: 65_535 },
    ping: { type: 'ping' },
  };
  const server = {
    welcome: {
      type: 'welcome',
      version: 1,
      nonce: 'AA',
      pingInterval: 25_000,
      seatTimeout: 10_000,
      budget: { messages: 20, messageBurst: 600, bytes: 65_536, byteBurst: 262_144 },
      names: true,
    },
    ready: { type: 'ready', id },
    ice: {
      type: 'ice',
      servers: [{ urls: ['stun:a.example'] }, { urls: ['turn:b.example'], username: 'u', credential: 'c' }],
    },
    bye: { type: 'bye', wait: 4000 },
    joined: {
      type: 'joined',
      n: 0,
      created: true,
      capacity: 2,
      members: [{ id, hello: '', role: 'host' }],
      earlier: 1,
      role: 'guest',
    },
    refused: { type: 'refused', n: 0, code: 'room-full', reason: 'Full.' },
    peer: { type: 'peer', n: 0, id, hello: 'AA', role: '' },
    stop: { type: 'stop', n: 0, id },
    go: { type: 'go', n: 0, id },
    gone: { type: 'gone', n: 0, id, reason: 'lost' },
    closed: { type: 'closed', n: 0, reason: '' },
    putOut: { type: 'closed', n: 0, reason: 'Nobody came.', code: 'timeout' },
    ping: { type: 'ping' },
    pong: { type: 'pong' },
  };

  for (const [name, frame] of Object.entries(client)) {
    it(`a client's ${name} comes through as it is, without what does not belong to it`, () => {
      expect(parseClientFrame(JSON.stringify({ ...frame, extra: 1 }))).to.deep.equal(frame);
      expect(
        parseClientFrame(`{"__proto__":{"type":"ping"},${JSON.stringify(frame).slice(1)}`),
      ).to.deep.equal(frame);
    });
  }
  for (const [name, frame] of Object.entries(server)) {
    it(`a server's ${name} comes through as it is, without what does not belong to it`, () => {
      expect(parseServerFrame(JSON.stringify({ ...frame, extra: 1 }))).to.deep.equal(frame);
    });
  }

  it('fill in what a client may leave out', () => {
    expect(parseClientFrame(`{"type":"join","n":3,"room":"${room}","entry":"join"}`)).to.deep.equal({
      type: 'join',
      n: 3,
      room,
      entry: 'join',
      capacity: 0,
      hello: '',
      lock: '',
    });
  });

  const wrongValues = [null, -1, 1.5, 65_536, 1e400, '', '*', 'x'.repeat(5000), [], {}, true];
  const parsers = [
    ['client', parseClientFrame, client],
    ['server', parseServerFrame, server],
  ] as const;
  for (const [side, parse, frames] of parsers) {
    it(`of a ${side} are refused when any field is of another kind`, () => {
      for (const frame of Object.values(frames)) {
        for (const field of Object.keys(frame)) {
          for (const value of wrongValues) {
            const mutated = JSON.stringify({ ...frame, [field]: value });
            const parsed = parse(mutated);
            // A value that happens to be allowed comes through unchanged; anything else is refused.
            if (parsed !== null) expect(JSON.parse(mutated), mutated).to.deep.include(parsed);
          }
        }
        const { type: _type, ...untyped } = frame;
        expect(parse(JSON.stringify(untyped))).to.equal(null);
      }
    });

    it(`of a ${side} are JSON objects`, () => {
      for (const text of ['', '{', 'null', '1', '"ping"', '[]', '["ping"]', '{"type":["ping"]}', '\u0000']) {
        expect(parse(text), text).to.equal(null);
      }
    });
  }

  it('refuse a budget that is none', () => {
    const { budget } = server.welcome;
    const welcome = (budget: unknown) => parseServerFrame(JSON.stringify({ ...server.welcome, budget }));
    expect(welcome({ ...budget, extra: 1 })).to.deep.equal(server.welcome);
    for (const name of Object.keys(budget)) {
      for (const value of [undefined, null, 0, -1, 1.5, 2 ** 31, '1', true]) {
        expect(welcome({ ...budget, [name]: value }), `${name} ${String(value)}`).to.equal(null);
      }
    }
  });

  it('refuse more who were there before us than there are', () => {
    expect(parseServerFrame(JSON.stringify({ ...server.joined, earlier: 2 }))).to.equal(null);
  });

  it('refuse a member that is none', () => {
    const joined = (members: unknown) => parseServerFrame(JSON.stringify({ ...server.joined, members }));
    for (const members of [null, {}, [null], [{ id }], [{ id: 'x', hello: '' }], [{ id, hello: '*' }]]) {
      expect(joined(members), JSON.stringify(members)).to.equal(null);
    }
  });
});

describe('close codes', () => {
  it('say whether dialling again makes sense', () => {
    for (const code of [4400, 4401, 4403, 4409]) expect(isFinalClose(code)).to.equal(true);
    for (const code of [1000, 1006, 1012, 1013, 4008, 4429]) expect(isFinalClose(code)).to.equal(false);
  });
});
