/**
 * A bot in a room, in Node: greets who comes, and answers what it is told. `npm install peer-elements ws werift`, then
 *
 *   node bot.mjs ws://localhost:8080 tea
 */
import { PeerRoom } from 'peer-elements/core';
import { RTCPeerConnection } from 'werift';
import { WebSocket } from 'ws';

const [url = 'ws://localhost:8080', room = 'tea'] = process.argv.slice(2);

const bot = new PeerRoom({ url, room, displayName: 'Echo', RTCPeerConnection, WebSocket });

bot.addEventListener('join', ({ detail }) => console.log(`in "${room}" as ${detail.id}`));
bot.addEventListener('peer', ({ detail: { peer } }) =>
  peer.send(`Hello, ${peer.displayName || 'stranger'}!`),
);
bot.addEventListener('data', ({ detail: { data, peer } }) => peer.send(data));
bot.addEventListener('request', (event) => event.respondWith(event.detail.data));
bot.addEventListener('upgrade', ({ detail: { peer, path } }) => console.log(`${peer.id}: ${path}`));
bot.addEventListener('error', ({ detail: { error } }) => console.error(error.message));
bot.addEventListener('close', () => process.exit());

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => bot.close());
