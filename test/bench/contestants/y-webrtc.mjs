/** y-webrtc: a document that both pages have, and a message is an entry in it. */
import { WebrtcProvider } from 'y-webrtc';
import { Doc } from 'yjs';

export async function meet({ url, room }, heard) {
  const doc = new Doc();
  const log = doc.getArray('log');
  log.observe(({ changes, transaction }) => {
    if (transaction.local) return;
    for (const { insert = [] } of changes.delta) insert.forEach(heard.message);
  });
  const provider = new WebrtcProvider(room, doc, {
    signaling: [url],
    filterBcConns: true,
    peerOpts: { config: { iceServers: [] } },
  });
  const send = (value) => log.push([value]);
  // Told when a peer is added, which is before its channel opens; the first synchronisation is after it.
  provider.on('synced', heard.direct);
  provider.on('peers', ({ webrtcPeers }) => webrtcPeers.length > 0 && heard.ready({ send, paced: send }));
  globalThis.provider = provider;
  const [connection] = provider.signalingConns;
  if (!connection.connected) await new Promise((resolve) => connection.once('connect', resolve));
}
