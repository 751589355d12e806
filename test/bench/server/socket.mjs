/**
 * A WebSocket client that costs next to nothing, so that of server and clients the server is the one that has to work:
 * one read buffer for all sockets, frames masked once and written many at a time, no check that a benchmark can do
 * without.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

export const TEXT = 1;
export const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const NOTHING = Buffer.alloc(0);
const HEAD_END = Buffer.from('\r\n\r\n');
/** Read to its end before the next socket is read: one is enough for all. */
const READ_BYTES = 256 * 1024;

/** A client's frame: masked, in one piece. @param {number} opcode @param {Uint8Array} payload up to 65 535 bytes */
export function encode(opcode, payload) {
  const { length } = payload;
  const extended = length < 126 ? 0 : 2;
  const frame = Buffer.allocUnsafe(6 + extended + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extended ? 126 : length);
  if (extended) frame.writeUInt16BE(length, 2);
  const at = 2 + extended;
  frame.set(randomBytes(4), at);
  for (let i = 0; i < length; i++) frame[at + 4 + i] = payload[i] ^ frame[at + (i & 3)];
  return frame;
}

/**
 * The frames of a server, which come in one piece each.
 * @param {Buffer} bytes
 * @param {(opcode: number, payload: Buffer) => void} heard the payload is a view of `bytes`
 * @returns {Buffer} what is not a whole frame yet
 */
export function decode(bytes, heard) {
  let at = 0;
  for (;;) {
    if (bytes.length - at < 2) break;
    let length = bytes[at + 1] & 0x7f;
    let start = at + 2;
    if (length === 126) {
      if (bytes.length - at < 4) break;
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) {
      throw new Error('a frame of more than 64 KB, which nobody here sends');
    }
    if (bytes.length < start + length) break;
    heard(bytes[at] & 0xf, bytes.subarray(start, start + length));
    at = start + length;
  }
  return bytes.subarray(at);
}

/** One read buffer for all sockets of a process. */
export class Dialler {
  #buffer = Buffer.allocUnsafe(READ_BYTES);

  /**
   * @param {{ port: number, from: string, path: string }} where `from` is the address to come from
   * @param {{ open(): void, frame(opcode: number, payload: Buffer): void, read?(): void, close(why: string): void }} on
   *   `read`: all frames of one read have been heard
   */
  dial({ port, from, path }, on) {
    return new Socket(this.#buffer, { port, from, path }, on);
  }
}

class Socket {
  #tcp;
  #on;
  #open = false;
  #rest = NOTHING;
  #why = 'closed';

  constructor(buffer, { port, from, path }, on) {
    this.#on = on;
    const onread = { buffer, callback: (count, bytes) => this.#read(bytes.subarray(0, count)) };
    this.#tcp = connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true, onread });
    this.#tcp.on('error', ({ message }) => (this.#why = message));
    this.#tcp.on('close', () => on.close(this.#why));
    const key = randomBytes(16).toString('base64');
    this.#tcp.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
  }

  /** @param {number} opcode @param {Uint8Array | string} payload */
  send(opcode, payload) {
    this.write(encode(opcode, typeof payload === 'string' ? Buffer.from(payload) : payload));
  }

  /** Frames that are encoded already. */
  write(frames) {
    this.#tcp.write(frames);
  }

  /** With a closing handshake. */
  close() {
    this.send(CLOSE, Buffer.from([0x03, 0xe8]));
  }

  /** Without one, as a device does that loses its network. */
  drop() {
    this.#tcp.destroy();
  }

  #read(chunk) {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const frames = this.#open ? bytes : this.#head(bytes);
    if (frames) {
      const rest = decode(frames, (opcode, payload) => this.#heard(opcode, payload));
      // A copy: the buffer is the next reader's.
      this.#rest = rest.length > 0 ? Buffer.from(rest) : NOTHING;
      this.#on.read?.();
    } else {
      this.#rest = Buffer.from(bytes);
    }
    return true;
  }

  /** What follows the answer to the upgrade; undefined until it is there. */
  #head(bytes) {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const [status] = bytes.toString('latin1', 0, end).split('\r\n', 1);
    if (!status.startsWith('HTTP/1.1 101')) {
      this.#why = status;
      this.#tcp.destroy();
      return undefined;
    }
    this.#open = true;
    this.#on.open();
    return bytes.subarray(end + 4);
  }

  #heard(opcode, payload) {
    if (opcode === PING) return this.send(PONG, payload);
    if (opcode === CLOSE) {
      const code = payload.length > 1 ? payload.readUInt16BE(0) : 1005;
      this.#why = `${code} ${payload.toString('utf8', 2)}`.trim();
      this.send(CLOSE, payload.subarray(0, 2));
      return this.#tcp.end();
    }
    if (opcode !== PONG) this.#on.frame(opcode, payload);
  }
}
