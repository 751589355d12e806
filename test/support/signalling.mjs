/** signalling.mjs --port N OPTIONS: the real server, told as JSON what a program of its users would tell it. */
import { SignalingServer } from '../../dist/server.js';

const [, port = '0', options = '{}'] = process.argv.slice(2);
const server = new SignalingServer({ port: Number(port), ...JSON.parse(options) });
await server.listen();
console.log(`signalling ${server.address.url}`);
