/** What pages say to signalling, and are told by it: WebSocket frames, and posts on a BroadcastChannel. */

/** Runs in the page before anything else, so it uses nothing from outside. */
function countPosts() {
  const tally = { sent: 0, received: 0, bytes: 0 };
  globalThis.posts = tally;
  const size = (value) =>
    value?.byteLength ??
    (typeof value === 'object'
      ? Object.values(value).reduce((sum, one) => sum + size(one), 0)
      : String(value).length);
  globalThis.BroadcastChannel = class extends globalThis.BroadcastChannel {
    constructor(name) {
      super(name);
      this.addEventListener('message', ({ data }) => {
        tally.received++;
        tally.bytes += size(data);
      });
    }
    postMessage(data) {
      tally.sent++;
      tally.bytes += size(data);
      super.postMessage(data);
    }
  };
}

/** RFC 6455: what is text, what is not, and what goes on with either; the others are the socket's own. */
const TEXT = 1;
const DATA = [0, TEXT, 2];

/** @param {import('puppeteer-core').Page} page before it has loaded anything */
export async function countFrames(page, tallies) {
  const tally = { sent: 0, received: 0, bytes: 0 };
  tallies.set(page, tally);
  const session = await page.createCDPSession();
  const count =
    (way) =>
    ({ response: { opcode, payloadData } }) => {
      if (!DATA.includes(opcode)) return;
      tally[way]++;
      // Others than text come in base64.
      tally.bytes += Buffer.byteLength(payloadData, opcode === TEXT ? 'utf8' : 'base64');
    };
  session.on('Network.webSocketFrameSent', count('sent'));
  session.on('Network.webSocketFrameReceived', count('received'));
  await session.send('Network.enable');
  await page.evaluateOnNewDocument(countPosts);
}

/** @returns {Promise<{ sent: number, received: number, bytes: number }>} so far, whatever it went by */
export async function countOf(page, tallies) {
  const posts = await page.evaluate('posts');
  const frames = tallies.get(page);
  return {
    sent: frames.sent + posts.sent,
    received: frames.received + posts.received,
    bytes: frames.bytes + posts.bytes,
  };
}
