/**
 * WebRTC by hand, as one would write it from the specification: a relay that passes on what it is given, trickled
 * candidates, one channel negotiated by number. No names, no proofs, nothing mended.
 */
/* global RTCPeerConnection, WebSocket */
import { batchedLink, channelLink, pieceLink } from './channel.mjs';

const CHANNEL = { negotiated: true, id: 0 };

/** The connection and its channel; `signal` takes what is for the other side. */
function open(signal, heard, makeLink, stream) {
  const connection = new RTCPeerConnection();
  for (const track of stream?.getTracks() ?? []) connection.addTrack(track, stream);
  connection.ontrack = ({ streams: [coming] }) => heard.stream(coming);
  connection.onicecandidate = ({ candidate }) => candidate && signal({ candidate });
  const channel = connection.createDataChannel('data', CHANNEL);
  const link = makeLink(channel, heard);
  channel.onopen = () => {
    heard.direct();
    heard.ready(link);
  };
  // Nobody else holds on to it.
  globalThis.channel = channel;
  return connection;
}

async function offer(connection, signal) {
  await connection.setLocalDescription();
  signal({ description: connection.localDescription });
}

async function answer(connection, { description, candidate }, signal) {
  if (!description) return connection.addIceCandidate(candidate);
  await connection.setRemoteDescription(description);
  if (description.type === 'answer') return undefined;
  await connection.setLocalDescription();
  return signal({ description: connection.localDescription });
}

export async function meet({ url, room, role, stream, options: { prepared, batched, pieces } }, heard) {
  const socket = new WebSocket(`${url}?${room}`);
  const waiting = [];
  const signal = (message) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    else waiting.push(message);
  };
  let connection;
  const makeLink = pieces ? pieceLink(pieces) : batched ? batchedLink : channelLink;
  const connect = () => (connection ??= open(signal, heard, makeLink, stream));
  socket.onmessage = ({ data }) => answer(connect(), JSON.parse(data), signal);
  if (prepared) connect();
  const offered = prepared && role === 'second' ? offer(connect(), signal) : undefined;
  await new Promise((resolve) => (socket.onopen = resolve));
  for (const message of waiting.splice(0)) signal(message);
  if (role === 'second') await (offered ?? offer(connect(), signal));
}
