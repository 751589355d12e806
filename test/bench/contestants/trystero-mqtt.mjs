/** Trystero with its MQTT strategy, at the same broker as ours. */
/* global WebSocket */
import { joinRoom } from '@trystero-p2p/mqtt';
import { meetBy } from './trystero-room.mjs';

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

export async function meet(where, heard) {
  meetBy(joinRoom, where, heard);
  await found;
}
