/** The server reads a message's header its own way: it must not read it differently. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAddress, writeAddress } from '../../server/address.js';
import { encodeMessage, packPeerId, parseMessage } from '../../src/message-frame.js';
import { MAX_SLOT, peerId } from '../../src/protocol.js';

const page = (frame: Uint8Array): object | null => {
  const message = parseMessage(frame);
  return message && { n: message.n, id: message.id };
};

test('any bytes mean the same to it as to a page', () => {
  const header = fc.tuple(fc.constantFrom(0, 1, 1, 1, 2), fc.uint8Array({ minLength: 0, maxLength: 60 }));
  fc.assert(
    fc.property(header, ([kind, rest]) => {
      const frame = Buffer.from([kind, ...rest]);
      assert.deepEqual(readAddress(frame), page(frame));
    }),
    { numRuns: 2000 },
  );
});

test('every slot there may be, and none beyond', () => {
  const identity = Buffer.alloc(32, 0xfb).toString('base64url');
  for (const slot of [0, 1, 255, 256, MAX_SLOT]) {
    const id = peerId(identity, slot);
    const frame = Buffer.from(encodeMessage(0xfffe, packPeerId(id), Buffer.from('hello')));
    assert.deepEqual(readAddress(frame), { n: 0xfffe, id });
    assert.deepEqual(page(frame), { n: 0xfffe, id });
    const written = Buffer.from(encodeMessage(1, packPeerId('A'.repeat(43)), Buffer.from('hello')));
    writeAddress(written, 0xfffe, id);
    assert.deepEqual(written, frame);
  }
  const beyond = Buffer.from(encodeMessage(0, packPeerId(identity), new Uint8Array(0)));
  beyond.writeUInt16BE(MAX_SLOT + 1, 35);
  assert.equal(readAddress(beyond), null);
});
