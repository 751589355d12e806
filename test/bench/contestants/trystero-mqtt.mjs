/** Trystero with its MQTT strategy, at the same broker as ours. */
/* global WebSocket */
import { joinRoom } from '@trystero-p2p/mqtt';

/** The first byte of what MQTT calls PUBLISH, without its flags. */
const PUBLISH = 3;

/** It has subscribed before it publishes anything. */
const found = new Promise((resolve) => {
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (bytes) {
    if (new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0)[0] >> 4 === PUBLISH) resolve();
    return send.call(this, bytes);
  };
});

export async function meet({ url, room: name }, heard) {
  const config = { appId: 'bench', relayConfig: { urls: [url] }, rtcConfig: { iceServers: [] } };
  const room = joinRoom(config, name, { onJoinError: ({ error }) => heard.failed(error) });
  const action = room.makeAction('bench');
  action.onMessage = (value) => heard.message(value);
  room.onPeerJoin = (target) => {
    const send = (value) => action.send(value, { target });
    heard.direct();
    heard.ready({ send, paced: send, bulk: send });
  };
  globalThis.room = room;
  await found;
}
