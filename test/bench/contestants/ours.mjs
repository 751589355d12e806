/** peer-elements: a PeerRoom with nothing configured but what the options say. */
import { PeerRoom } from '/core.js';

/** What is larger comes as a Blob, which browsers keep outside of a page's memory, bytes. */
const MOST_IN_MEMORY = 512 * 1024 * 1024;

async function prepare(buffer) {
  if (buffer.byteLength <= MOST_IN_MEMORY) return buffer;
  const blob = new globalThis.Blob([buffer]);
  // The browser has all of it when it can give the last byte.
  await blob.slice(-1).arrayBuffer();
  return blob;
}

export async function meet({ url, room, stream, options }, heard) {
  const { delivery, ...rest } = options;
  const source = new PeerRoom({ url, room, ...(stream && { stream }), ...rest });
  source.addEventListener('stream', ({ detail }) => heard.stream(detail.stream));
  const send = (value) => source.send(value, { delivery });
  for (const type of ['open', 'join', 'peer']) source.addEventListener(type, () => heard.mark(type));
  source.addEventListener('peer', ({ detail: { peer } }) => {
    if (peer.path === 'direct') heard.direct();
    heard.ready({ send, paced: send, bulk: send, prepare });
  });
  source.addEventListener('upgrade', ({ detail: { path } }) => {
    if (path === 'direct') heard.direct();
  });
  source.addEventListener('data', ({ detail: { data } }) => heard.message(data));
  source.addEventListener('error', ({ detail: { error } }) => heard.failed(error));
  await new Promise((resolve) => source.addEventListener('join', resolve, { once: true }));
}
