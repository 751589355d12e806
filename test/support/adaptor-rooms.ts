/** What a page has of an adaptor that is for the handshake only, unless it is told otherwise. */
import { expect } from '@open-wc/testing';
import type { Signaling } from '../../src/signaling.js';
import {
  closeAll,
  makePair,
  makeRoom,
  meshed,
  nextData,
  nextRequest,
  uniqueName,
  upgraded,
} from './sources.js';
import { once } from './until.js';

/**
 * @param page an adaptor as another page would have it
 * @param url for the same back-end, with `relay=data`
 */
export function describeRooms(
  where: string,
  page: (more?: { relay?: Signaling['relay'] }) => Signaling,
  url: () => string,
): void {
  describe(`A room ${where}`, () => {
    afterEach(closeAll);

    it('has a door where one has to ask', async () => {
      const name = uniqueName();
      const make = () => makeRoom({ room: name, admission: 'ask', signaling: page() });
      const first = make();
      await once(first, 'join');
      const asked = nextRequest(first);
      const second = make();
      (await asked).accept();
      await upgraded(first, second);
    });

    it('brings its members to direct paths, and carries nothing else', async () => {
      const room = uniqueName();
      const rooms = Array.from({ length: 3 }, () => makeRoom({ room, signaling: page() }));
      await upgraded(...rooms);
      const coming = nextData(rooms[1]!);
      void rooms[0]!.send('directly', { to: rooms[1]!.peerId! });
      expect((await coming).data).to.equal('directly');
    });

    it('carries sealed messages, too, where it may', async () => {
      const code = uniqueName();
      const make = () =>
        makePair({ code, signaling: page({ relay: 'data' }), transport: 'relay', password: 'open sesame' });
      const [a, b] = [make(), make()];
      await meshed(a, b);
      void a.send('sealed');
      expect((await nextData(b)).data).to.equal('sealed');
      const third = makePair({ code, signaling: page(), password: 'sesame' });
      const { detail } = await once<{ code: string }>(third, 'close');
      expect(detail.code).to.equal('wrong-password');
    });

    it('is what a url means', async () => {
      const room = uniqueName();
      const [a, b] = [
        makeRoom({ url: url(), room, ephemeral: true, signaling: undefined }),
        makeRoom({ url: url(), room, signaling: undefined }),
      ];
      await meshed(a, b);
      expect([...a.peers.values()].map(({ path }) => path !== null)).to.deep.equal([true]);
    });
  });
}
