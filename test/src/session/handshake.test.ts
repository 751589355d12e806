import { expect } from '@open-wc/testing';
import { PeerError } from '../../../src/errors.js';
import { createIdentity, type Identity } from '../../../src/identity.js';
import {
  M1_BYTES,
  M2_BYTES,
  M3_BYTES,
  initiate,
  respond,
  type HandshakeContext,
  type SessionKeys,
} from '../../../src/session/handshake.js';
import { Sealer } from '../../../src/session/seal.js';

type Bytes = Uint8Array<ArrayBuffer>;

const room = 'r'.repeat(43);
const noPsk = new Uint8Array(32);
const EPHEMERAL = 2;
const PUBLIC_KEY = 2 + 65 + 16;

const contextOf = (identity: Identity, more: Partial<HandshakeContext> = {}): HandshakeContext => ({
  identity,
  room,
  psk: noPsk,
  ...more,
});

/** A point of the curve that nobody here has the private key of. */
const otherPoint = async (): Promise<Bytes> => {
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
    'deriveBits',
  ]);
  return new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
};

const withBytes = (message: Bytes, at: number, bytes: Bytes): Bytes => {
  const changed = message.slice();
  changed.set(bytes, at);
  return changed;
};

async function expectUntrusted(attempt: Promise<unknown>): Promise<void> {
  const error: unknown = await attempt.then(
    () => 'it was accepted',
    (reason: unknown) => reason,
  );
  expect(error).to.be.an.instanceOf(PeerError);
  expect((error as PeerError).code).to.equal('untrusted');
}

async function expectSame(a: SessionKeys, b: SessionKeys): Promise<void> {
  expect(a.transcript).to.deep.equal(b.transcript);
  const [sealerA, sealerB] = [new Sealer(a), new Sealer(b)];
  const text = new Uint8Array([1, 2, 3]);
  expect((await sealerB.open(await sealerA.seal(7, text))).text).to.deep.equal(text);
  expect((await sealerA.open(await sealerB.seal(8, text))).text).to.deep.equal(text);
}

describe('The handshake', () => {
  let alice: Identity;
  let bob: Identity;
  let mallory: Identity;
  before(async () => {
    [alice, bob, mallory] = await Promise.all([createIdentity(), createIdentity(), createIdentity()]);
  });

  it('gives both sides the same keys, in three messages of fixed length', async () => {
    const a = await initiate(contextOf(alice));
    const b = await respond(contextOf(bob), alice.id, a.m1);
    const { m3: proof, keys } = await a.finish(bob.id, b.m2);
    const m3 = await proof;
    await b.confirm(m3);
    expect([a.m1.length, b.m2.length, m3.length]).to.deep.equal([M1_BYTES, M2_BYTES, M3_BYTES]);
    await expectSame(keys, b.keys);
  });

  it('lets one announcement be answered by many, each with keys of its own', async () => {
    const a = await initiate(contextOf(alice));
    const [one, two] = await Promise.all([
      respond(contextOf(bob), alice.id, a.m1),
      respond(contextOf(mallory), alice.id, a.m1),
    ]);
    const [first, second] = await Promise.all([a.finish(bob.id, one.m2), a.finish(mallory.id, two.m2)]);
    await Promise.all([one.confirm(await first.m3), two.confirm(await second.m3)]);
    expect(first.keys.transcript).not.to.deep.equal(second.keys.transcript);
    await expectUntrusted(new Sealer(two.keys).open(await new Sealer(first.keys).seal(1, new Uint8Array(1))));
  });

  it('knows the pages of one identity apart', async () => {
    const page = { ...alice, id: `${alice.id}.1`, slot: 1 };
    const a = await initiate(contextOf(page));
    const b = await respond(contextOf(bob), page.id, a.m1);
    const m3 = await (await a.finish(bob.id, b.m2)).m3;
    await b.confirm(m3);
    await expectUntrusted(respond(contextOf(bob), alice.id, a.m1));
  });

  it('works among members who share a secret', async () => {
    const psk = crypto.getRandomValues(new Uint8Array(32));
    const a = await initiate(contextOf(alice, { psk }));
    const b = await respond(contextOf(bob, { psk }), alice.id, a.m1);
    const { m3: proof, keys } = await a.finish(bob.id, b.m2);
    const m3 = await proof;
    await b.confirm(m3);
    await expectSame(keys, b.keys);
  });

  describe('refuses', () => {
    it('1. an ephemeral key of A that was swapped', async () => {
      const { m1 } = await initiate(contextOf(alice));
      await expectUntrusted(respond(contextOf(bob), alice.id, withBytes(m1, EPHEMERAL, await otherPoint())));
    });

    it('2. an ephemeral key of B that was swapped', async () => {
      const a = await initiate(contextOf(alice));
      const b = await respond(contextOf(bob), alice.id, a.m1);
      await expectUntrusted(a.finish(bob.id, withBytes(b.m2, EPHEMERAL, await otherPoint())));
    });

    it('3. an answer to another announcement, replayed, also as if it were to this one', async () => {
      const old = await respond(contextOf(bob), alice.id, (await initiate(contextOf(alice))).m1);
      const a = await initiate(contextOf(alice));
      expect(a.isAnswer(old.m2)).to.equal(false);
      await expectUntrusted(a.finish(bob.id, old.m2));
      const dressed = withBytes(old.m2, PUBLIC_KEY + 65, a.m1.slice(2 + 65, PUBLIC_KEY));
      expect(a.isAnswer(dressed)).to.equal(true);
      await expectUntrusted(a.finish(bob.id, dressed));
    });

    it('3b. an answer that it has had already, which would bring back used keys', async () => {
      const a = await initiate(contextOf(alice));
      const b = await respond(contextOf(bob), alice.id, a.m1);
      await a.finish(bob.id, b.m2);
      await expectUntrusted(a.finish(bob.id, b.m2));
    });

    it('4. announcement and closing message, replayed', async () => {
      const a = await initiate(contextOf(alice));
      const first = await respond(contextOf(bob), alice.id, a.m1);
      const m3 = await (await a.finish(bob.id, first.m2)).m3;
      const second = await respond(contextOf(bob), alice.id, a.m1);
      await expectUntrusted(second.confirm(m3));
    });

    it('5. an announcement from another room', async () => {
      const { m1 } = await initiate(contextOf(alice, { room: 's'.repeat(43) }));
      await expectUntrusted(respond(contextOf(bob), alice.id, m1));
    });

    it('6. somebody with another secret', async () => {
      const a = await initiate(contextOf(alice, { psk: new Uint8Array(32).fill(1) }));
      const b = await respond(contextOf(bob), alice.id, a.m1);
      await expectUntrusted(a.finish(bob.id, b.m2));
    });

    it('7. an impostor who answers in the name of B', async () => {
      const a = await initiate(contextOf(alice));
      const impostor = await respond(contextOf(mallory), alice.id, a.m1);
      await expectUntrusted(a.finish(bob.id, impostor.m2));
      // With the public key of B, but not the private one.
      const dressed = withBytes(impostor.m2, PUBLIC_KEY, bob.publicKey);
      await expectUntrusted(a.finish(bob.id, dressed));
    });

    it('8. its own messages, reflected', async () => {
      const a = await initiate(contextOf(alice));
      const reflected = await respond(contextOf(alice), alice.id, a.m1);
      await expectUntrusted(a.finish(bob.id, reflected.m2));
      const b = await respond(contextOf(bob), alice.id, a.m1);
      const { m3: proof, keys } = await a.finish(bob.id, b.m2);
      const m3 = await proof;
      await b.confirm(m3);
      const own = await new Sealer(keys).seal(1, new Uint8Array(3));
      await expectUntrusted(new Sealer(keys).open(own));
    });

    it('9. messages of the wrong length, version or number', async () => {
      const a = await initiate(contextOf(alice));
      const b = await respond(contextOf(bob), alice.id, a.m1);
      const m3 = await (await a.finish(bob.id, b.m2)).m3;
      const wrong = (message: Bytes): Bytes[] => [
        new Uint8Array(),
        message.slice(1),
        message.slice(0, -1),
        new Uint8Array([...message, 0]),
        withBytes(message, 0, new Uint8Array([2])),
        withBytes(message, 1, new Uint8Array([9])),
      ];
      for (const m1 of wrong(a.m1)) await expectUntrusted(respond(contextOf(bob), alice.id, m1));
      for (const m2 of wrong(b.m2)) await expectUntrusted(a.finish(bob.id, m2));
      for (const message of wrong(m3)) await expectUntrusted(b.confirm(message));
      await b.confirm(m3);
    });

    it('10. points that are not on the curve', async () => {
      const nonsense = new Uint8Array(65).fill(7);
      nonsense[0] = 4;
      const a = await initiate(contextOf(alice));
      const b = await respond(contextOf(bob), alice.id, a.m1);
      await expectUntrusted(a.finish(bob.id, withBytes(b.m2, EPHEMERAL, nonsense)));
      await expectUntrusted(respond(contextOf(bob), alice.id, withBytes(a.m1, PUBLIC_KEY, nonsense)));
      // Even where the sender itself signs for it.
      const bad = { ...alice, sign: alice.sign };
      const { m1 } = await initiate(contextOf(bad));
      await expectUntrusted(respond(contextOf(bob), alice.id, withBytes(m1, EPHEMERAL, nonsense)));
    });

    it('a flag that somebody else has set', async () => {
      const { m1 } = await initiate(contextOf(alice));
      const anonymous = await initiate(contextOf(alice), { anonymous: true });
      expect((await respond(contextOf(bob), alice.id, m1)).anonymous).to.equal(false);
      expect((await respond(contextOf(bob), alice.id, anonymous.m1)).anonymous).to.equal(true);
      const flag = PUBLIC_KEY + 65;
      expect([m1[flag], anonymous.m1[flag]]).to.deep.equal([0, 1]);
      await expectUntrusted(respond(contextOf(bob), alice.id, withBytes(m1, flag, new Uint8Array([1]))));
    });

    it('any single bit that was changed, anywhere', async () => {
      const a = await initiate(contextOf(alice));
      const b = await respond(contextOf(bob), alice.id, a.m1);
      const m3 = await (await a.finish(bob.id, b.m2)).m3;
      const flip = (message: Bytes, at: number): Bytes =>
        withBytes(message, at, new Uint8Array([(message[at] ?? 0) ^ 1]));
      const each = (message: Bytes): number[] => [...message.keys()].filter((at) => at % 7 === 0);
      await Promise.all([
        ...each(a.m1).map((at) => expectUntrusted(respond(contextOf(bob), alice.id, flip(a.m1, at)))),
        ...each(b.m2).map((at) => expectUntrusted(a.finish(bob.id, flip(b.m2, at)))),
        ...each(m3).map((at) => expectUntrusted(b.confirm(flip(m3, at)))),
      ]);
    });
  });
});

describe('Sealed frames', () => {
  let here: Sealer;
  let there: Sealer;
  beforeEach(async () => {
    const key = (): Promise<CryptoKey> =>
      crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const [a, b] = [await key(), await key()];
    here = new Sealer({ send: a, receive: b });
    there = new Sealer({ send: b, receive: a });
  });

  it('come out as they went in, in order, however many are under way', async () => {
    const sealed = await Promise.all(
      Array.from({ length: 200 }, (_, i) => here.seal(i % 256, new Uint8Array([i]))),
    );
    const opened = await Promise.all(sealed.map((frame) => there.open(frame)));
    expect(opened.map(({ text }) => text[0])).to.deep.equal(Array.from({ length: 200 }, (_, i) => i));
    expect(opened[7]?.type).to.equal(7);
  });

  it('may be empty, and lose some of their number', async () => {
    const [first, , third] = [
      await here.seal(1, new Uint8Array()),
      await here.seal(1, new Uint8Array()),
      await here.seal(1, new Uint8Array()),
    ];
    expect((await there.open(first)).text).to.have.length(0);
    expect((await there.open(third)).text).to.have.length(0);
  });

  it('are refused when they come again, late, changed, short, or from the other direction', async () => {
    const [first, second] = [
      await here.seal(1, new Uint8Array([1])),
      await here.seal(1, new Uint8Array([2])),
    ];
    await there.open(second);
    await expectUntrusted(there.open(second));
    await expectUntrusted(there.open(first));
    const third = await here.seal(1, new Uint8Array([3]));
    for (let at = 0; at < third.length; at++) {
      await expectUntrusted(there.open(withBytes(third, at, new Uint8Array([(third[at] ?? 0) ^ 1]))));
    }
    await expectUntrusted(there.open(third.slice(0, 24)));
    await expectUntrusted(there.open(new Uint8Array()));
    await expectUntrusted(here.open(third));
    expect((await there.open(third)).text, 'a forgery does not use up the number').to.deep.equal(
      new Uint8Array([3]),
    );
  });
});
