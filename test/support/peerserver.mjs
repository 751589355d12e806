/** A PeerServer, as anybody may run one: `node test/support/peerserver.mjs [--port N] [--path /x] [--key k] [--alive ms]`. */
import { parseArgs } from 'node:util';
import { PeerServer } from 'peer';

const text = (fallback) => ({ type: 'string', default: fallback });
const { values } = parseArgs({
  options: { port: text('0'), path: text('/'), key: text('peerjs'), alive: text('90000') },
});
const { path, key } = values;
const options = {
  port: Number(values.port),
  host: '127.0.0.1',
  path,
  key,
  alive_timeout: Number(values.alive),
};
PeerServer(options, (server) => {
  console.log(`signalling ws://127.0.0.1:${server.address().port}${path}`);
});
