/** socket.io's protocol 5 on engine.io's 4, over WebSocket from the start. */
import { TEXT } from '../socket.mjs';

export const pathOf = () => '/socket.io/?EIO=4&transport=websocket';

export const opened = () => undefined;

export function heard(member, opcode, payload) {
  const text = payload.toString();
  if (text.startsWith('0{')) member.socket.send(TEXT, '40');
  else if (text.startsWith('40')) member.socket.send(TEXT, `420["join",${JSON.stringify(member.room)}]`);
  else if (text === '430[]') member.joined();
  else if (text === '2') member.socket.send(TEXT, '3');
  else if (text.startsWith('44')) member.failed(text);
}

export const isMessage = (opcode, payload) => payload[1] === 0x32 && payload[0] === 0x34;

export const message = (from, to, text) => ({
  opcode: TEXT,
  payload: Buffer.from(`42["say",${JSON.stringify(text)}]`),
});

export const textAt = (payload) => payload.indexOf('~');
