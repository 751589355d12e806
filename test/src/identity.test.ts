import { expect } from '@open-wc/testing';
import { createIdentity, signLogin } from '../../src/identity.js';
import { isRoomName, roomId } from '../../src/room-key.js';
import { toBase64url } from '../../src/base64url.js';
import { ID_CONTEXT, loginMessage } from '../../src/protocol.js';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('An identity', () => {
  it('is named by the hash of its public key', async () => {
    const { id, publicKey } = await createIdentity();
    const hash = await crypto.subtle.digest('SHA-256', new Uint8Array([...utf8(ID_CONTEXT), ...publicKey]));
    expect(id).to.equal(toBase64url(new Uint8Array(hash)));
    expect(publicKey).to.have.length(65);
  });

  it('signs a log-in for one host and one nonce', async () => {
    const identity = await createIdentity();
    const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', identity.publicKey, ecdsa, false, ['verify']);
    const signature = new Uint8Array(await signLogin(identity, 'example.org', 'nonce'));
    const holds = (host: string, nonce: string) =>
      crypto.subtle.verify(ecdsa, key, signature, utf8(loginMessage(host, nonce)));
    expect(await holds('example.org', 'nonce')).to.equal(true);
    expect(await holds('example.com', 'nonce')).to.equal(false);
    expect(await holds('example.org', 'other')).to.equal(false);
  });

  it('is another one each time', async () => {
    const [a, b] = await Promise.all([createIdentity(), createIdentity()]);
    expect(a.id).not.to.equal(b.id);
  });
});

describe('What the server knows a room by', () => {
  it('does not tell its name, and is the same for everyone', async () => {
    expect(await roomId('tea', 'group')).to.match(/^[\w-]{43}$/);
    expect(await roomId('tea', 'group')).to.equal(await roomId('tea', 'group'));
  });

  it('differs by name and by kind', async () => {
    const ids = await Promise.all([
      roomId('tea', 'group'),
      roomId('tea', 'pair'),
      roomId('Tea', 'group'),
      roomId('t\u00e9', 'group'),
    ]);
    expect(new Set(ids).size).to.equal(4);
  });

  it('exists for 1 to 1024 bytes of UTF-8', () => {
    expect(['', 'a', 'é'.repeat(512), 'é'.repeat(513), 'a'.repeat(1025)].map(isRoomName)).to.deep.equal([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});
