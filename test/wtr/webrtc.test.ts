import { expect } from '@open-wc/testing';
import { signalUrl, spawnServer } from '../support/server.js';
import { once, until } from '../support/until.js';

/** Opens a data channel between two connections of this page; the browser gets no help but its default settings. */
async function connect(a: RTCPeerConnection, b: RTCPeerConnection): Promise<RTCDataChannel> {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.addEventListener(
      'icecandidate',
      ({ candidate }) => void (candidate && to.addIceCandidate(candidate)),
    );
  }
  const channel = a.createDataChannel('test');
  await a.setLocalDescription();
  await b.setRemoteDescription(a.localDescription!);
  await b.setLocalDescription();
  await a.setRemoteDescription(b.localDescription!);
  await until(() => channel.readyState === 'open', { what: 'an open data channel' });
  return channel;
}

const hears = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      socket.close();
      resolve(true);
    });
    socket.addEventListener('error', () => resolve(false));
  });

describe('What every other browser test relies on', () => {
  it('opens a data channel on whatever network this machine has', async () => {
    const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()];
    const received = once<never>(b, 'datachannel');
    const channel = await connect(a, b);
    const { channel: other } = (await received) as unknown as RTCDataChannelEvent;
    const message = once(other, 'message');
    channel.send('hello');
    expect(((await message) as unknown as MessageEvent).data).to.equal('hello');
    a.close();
    b.close();
  });

  it('has a signalling server', async () => {
    expect(await hears(signalUrl)).to.equal(true);
  });

  it('stops, kills and starts a server of its own, always on the same port', async () => {
    const server = await spawnServer();
    expect(await hears(server.url)).to.equal(true);
    for (const end of [server.stop, server.kill]) {
      await end();
      expect(await hears(server.url)).to.equal(false);
      await server.start();
      expect(await hears(server.url)).to.equal(true);
    }
    await server.dispose();
    expect(await hears(signalUrl), 'the shared one is another').to.equal(true);
  });
});
