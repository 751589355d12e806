import { expect } from '@open-wc/testing';
import { PeerPair, randomCode, type PeerError } from '../../src/index.js';
import { closeAll, makePair, makeRoom, meshed, nextData, otherPage, uniqueName } from '../support/sources.js';
import { once, record, until } from '../support/until.js';

describe('A random code', () => {
  it('can be read out and is never the same', () => {
    const codes = Array.from({ length: 500 }, randomCode);
    for (const code of codes) expect(code).to.match(/^(?:[0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    expect(new Set(codes).size).to.equal(500);
  });
});

describe('PeerPair', () => {
  afterEach(closeAll);

  it('makes a code up where none is given', async () => {
    const host = makePair();
    expect(host.code).to.match(/^[\w-]{19}$/);
    await once(host, 'join');
    const guest = makePair({ code: host.code });
    await meshed(host, guest);
    expect([host.role, guest.role]).to.deep.equal(['host', 'guest']);
    expect([host.peer?.id, guest.peer?.id]).to.deep.equal([guest.peerId, host.peerId]);
  });

  it('joins with its code', async () => {
    const pair = makePair({ code: uniqueName() });
    expect([pair.role, pair.peer]).to.deep.equal([null, null]);
    const { detail } = await once<{ code: string; created: boolean }>(pair, 'join');
    expect([detail.code, detail.created]).to.deep.equal([pair.code, true]);
  });

  it('keeps messages until the other one is there', async () => {
    const host = makePair();
    const sent = host.send('hello?');
    await once(host, 'join');
    const guest = makePair({ code: host.code });
    expect((await nextData(guest)).data).to.equal('hello?');
    await sent;
  });

  it('is busy for a third, and the two are left in peace', async () => {
    const host = makePair();
    await once(host, 'join');
    const guest = makePair({ code: host.code });
    await meshed(host, guest);
    const disturbed = [...['statechange', 'peer', 'leave', 'error'].map((type) => record(host, type))];
    const third = makePair({ code: host.code });
    const errors = record<{ error: PeerError }>(third, 'error');
    const closed = once<{ code: string }>(third, 'close');
    const { detail } = await once<{ code: string }>(third, 'busy');
    expect(detail.code).to.equal(host.code);
    expect((await closed).detail.code).to.equal('busy');
    expect(errors.map((event) => [event.detail.error.code, event.detail.error.final])).to.deep.equal([
      ['busy', true],
    ]);
    expect(third.state).to.equal('failed');
    void host.send('undisturbed');
    expect((await nextData(guest)).data).to.equal('undisturbed');
    expect(disturbed.flat()).to.be.empty;
  });

  it('lets another one in when a seat is free again', async () => {
    const host = makePair();
    await once(host, 'join');
    const guest = makePair({ code: host.code });
    await meshed(host, guest);
    guest.close();
    await once(host, 'leave');
    expect([host.peer, guest.role]).to.deep.equal([null, null]);
    const waiting = host.send('next');
    const next = makePair({ code: host.code });
    expect((await nextData(next)).data).to.equal('next');
    await waiting;
  });

  it('has one host, whoever of the two comes back', async () => {
    const host = makePair();
    await once(host, 'join');
    const guest = makePair({ code: host.code });
    await meshed(host, guest);
    host.close();
    await once(guest, 'leave');
    expect(guest.role).to.equal('host');
    host.connect();
    await meshed(host, guest);
    expect([host.role, guest.role]).to.deep.equal(['guest', 'host']);
  });

  it('never has more than two, however many come at once', async () => {
    const code = randomCode();
    const racers = Array.from({ length: 6 }, () => makePair({ code }));
    await until(() => racers.every(({ state }) => state === 'connected' || state === 'failed'), {
      what: 'all decided',
    });
    const inside = racers.filter(({ state }) => state === 'connected');
    expect(inside).to.have.length(2);
    await meshed(...inside);
  });

  it('connects with nobody but whom it expects', async () => {
    const host = makePair();
    await once(host, 'join');
    const guest = makePair({ code: host.code, expect: host.peerId ?? '' });
    await meshed(host, guest);
    guest.close();
    await once(host, 'leave');
    const wary = makePair({ code: host.code, expect: 'x'.repeat(43) });
    const { detail } = await once<{ id: string; reason: string }>(wary, 'untrusted');
    expect([detail.id, detail.reason]).to.deep.equal([host.peerId, 'This is not who was expected.']);
    expect([wary.peer, wary.state]).to.deep.equal([null, 'connected']);
    expect(() => makePair({ expect: 'Ada' })).to.throw(TypeError, 'expect');
  });

  it('is another room than the group of that name', async () => {
    const code = uniqueName();
    const room = makeRoom({ room: code });
    const pair = makePair({ code });
    await Promise.all([once(room, 'join'), once(pair, 'join')]);
    expect(pair.role).to.equal('host');
  });

  it('has no options that make no sense for two', () => {
    for (const name of ['entry', 'capacity', 'room']) {
      expect(() => new PeerPair({ manual: true, [name]: 2 })).to.throw(TypeError, `"${name}"`);
    }
  });

  it('takes another code with connect()', async () => {
    const host = makePair();
    await once(host, 'join');
    const guest = makePair({ manual: true, signaling: otherPage() });
    expect(guest.state).to.equal('new');
    guest.connect({ code: host.code });
    await meshed(host, guest);
  });
});
