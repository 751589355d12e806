/** y-webrtc's server: who subscribes to a topic gets all that is published there, the publisher included. */
import { TEXT } from '../socket.mjs';

export const pathOf = () => '/';

export function opened({ socket, room }) {
  socket.send(TEXT, JSON.stringify({ type: 'subscribe', topics: [room] }));
  // It does not answer a subscription. This it answers, and takes one after the other.
  socket.send(TEXT, '{"type":"ping"}');
}

export function heard(member, opcode, payload) {
  if (payload.toString() === '{"type":"pong"}') member.joined();
}

export const isMessage = (opcode, payload) => payload.indexOf('"publish"') > 0;

export const message = (from, to, text) => ({
  opcode: TEXT,
  payload: Buffer.from(JSON.stringify({ type: 'publish', topic: from.room, data: text })),
});

export const textAt = (payload) => payload.indexOf('~');
