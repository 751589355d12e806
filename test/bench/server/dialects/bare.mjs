/** The bare relay: a room is a path, a member a number in it, and the first byte of a frame whom it is for. */
import { BINARY, TEXT } from '../socket.mjs';

export const pathOf = ({ room }) => `/${room}`;

export const opened = () => undefined;

/** Its only text frame is the number it gives us. */
export function heard(member, opcode, payload) {
  if (opcode !== TEXT) return;
  member.number = Number(payload);
  member.joined();
}

export const isMessage = (opcode) => opcode === BINARY;

export const message = (from, to, text) => ({
  opcode: BINARY,
  payload: Buffer.concat([Buffer.from([to.number]), Buffer.from(text)]),
});

export const textAt = () => 1;
