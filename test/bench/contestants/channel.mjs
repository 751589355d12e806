/* global queueMicrotask */
/** What contestants with a bare data channel or socket share. */

/** Bytes that may wait in a channel before paced sending waits; a larger buffer is slower. */
const HIGH_WATER = 262_144;
const LOW_WATER = 65_536;

/** Resolves when `channel` has room again; undefined while it has. */
export function room(channel, highWater = HIGH_WATER, lowWater = LOW_WATER) {
  if (channel.bufferedAmount < highWater) return undefined;
  channel.bufferedAmountLowThreshold = lowWater;
  return new Promise((resolve) => channel.addEventListener('bufferedamountlow', resolve, { once: true }));
}

/** One send per message, as JSON. */
export function channelLink(channel, { message }) {
  channel.onmessage = ({ data }) => message(JSON.parse(data));
  const send = (value) => channel.send(JSON.stringify(value));
  return {
    send,
    paced(value) {
      send(value);
      return room(channel);
    },
  };
}

/** JSON beside bytes, which are cut into pieces of `piece` bytes; `highWater` of them may wait in the channel. */
export const pieceLink =
  ({ piece, highWater }) =>
  (channel, { message }) => {
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => message(typeof data === 'string' ? JSON.parse(data) : data);
    return {
      send: (value) => channel.send(JSON.stringify(value)),
      async bulk(buffer) {
        for (let at = 0; at < buffer.byteLength; at += piece) {
          channel.send(new Uint8Array(buffer, at, Math.min(piece, buffer.byteLength - at)));
          await room(channel, highWater, highWater / 4);
        }
      },
    };
  };

/** Bytes of JSON in one send; safe for every browser's largest message. */
const BATCH = 16_384;

/** Many messages per send: a JSON array of those made in one task, waiting here while the channel has enough. */
export function batchedLink(channel, { message }) {
  const batches = [];
  let batch = [];
  let size = 0;
  let waiting = false;
  channel.onmessage = ({ data }) => JSON.parse(data).forEach(message);
  const drain = () => {
    waiting = false;
    while (batches.length > 0) {
      const wait = room(channel);
      if (wait) {
        waiting = true;
        return wait.then(drain);
      }
      channel.send(batches.shift());
    }
    return undefined;
  };
  const flush = () => {
    if (batch.length === 0) return;
    batches.push(`[${batch.join()}]`);
    batch = [];
    size = 0;
    if (!waiting) void drain();
  };
  const send = (value) => {
    const text = JSON.stringify(value);
    if (batch.push(text) === 1) queueMicrotask(flush);
    size += text.length;
    if (size >= BATCH) flush();
  };
  return {
    send,
    paced(value) {
      send(value);
      return room(channel);
    },
  };
}
