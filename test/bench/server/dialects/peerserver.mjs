/** PeerServer: no rooms, only peers; an offer is passed on to whom it names, as JSON that was read and written anew. */
import { TEXT } from '../socket.mjs';

const idOf = ({ index }) => `peer-${index}`;

export const pathOf = (member) => `/peerjs?key=peerjs&id=${idOf(member)}&token=t&version=1.5.5`;

export const opened = () => undefined;

export function heard(member, opcode, payload) {
  const text = payload.toString();
  if (text === '{"type":"OPEN"}') member.joined();
  else if (text.includes('"type":"ERROR"')) member.failed(text);
}

export const isMessage = (opcode, payload) => payload.indexOf('"OFFER"') > 0;

export const message = (from, to, text) => ({
  opcode: TEXT,
  payload: Buffer.from(JSON.stringify({ type: 'OFFER', dst: idOf(to), payload: text })),
});

export const textAt = (payload) => payload.indexOf('~');
