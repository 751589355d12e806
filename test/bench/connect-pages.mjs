/**
 * What the two pages of `npm run bench:connect` run, sent to the browser as text. The first one sends a message as
 * soon as it has a channel to the second; the second resolves with the milliseconds until it has it, from its
 * script's start and from its navigation.
 */
/* global RTCPeerConnection, WebSocket, window */

/** Ours, with the core already imported: `new PeerRoom()` is the start. */
export const ours = {
  head: `import { PeerRoom } from '/core.js'; window.PeerRoom = PeerRoom;`,
  async first(url, room) {
    const source = new window.PeerRoom({ url, room });
    source.addEventListener('peer', ({ detail: { peer } }) => void peer.send('hello'));
    await new Promise((resolve) => source.addEventListener('join', resolve));
  },
  async second(url, room) {
    const start = performance.now();
    const source = new window.PeerRoom({ url, room });
    const times = {};
    const mark = (name, type) =>
      new Promise((resolve) => {
        source.addEventListener(type, () => {
          times[name] = performance.now() - start;
          resolve();
        });
      });
    void mark('joined', 'join');
    void mark('found', 'peer');
    await mark('message', 'data');
    return { ...times, navigation: performance.now() };
  },
};

/** By hand: a relay that passes on what it is given, trickled candidates, one negotiated channel. No names, no proofs. */
export const byHand = {
  head: '',
  async first(url, room) {
    const socket = new WebSocket(`${url}?${room}`);
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('data', { negotiated: true, id: 0 });
    channel.onopen = () => channel.send('hello');
    connection.onicecandidate = ({ candidate }) => socket.send(JSON.stringify({ candidate }));
    socket.onmessage = async ({ data }) => {
      const { description, candidate } = JSON.parse(data);
      if (!description) return connection.addIceCandidate(candidate);
      await connection.setRemoteDescription(description);
      await connection.setLocalDescription();
      socket.send(JSON.stringify({ description: connection.localDescription }));
    };
    // Nobody else holds on to it.
    window.channel = channel;
    await new Promise((resolve) => (socket.onopen = resolve));
  },
  async second(url, room) {
    const start = performance.now();
    const socket = new WebSocket(`${url}?${room}`);
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('data', { negotiated: true, id: 0 });
    const message = new Promise((resolve) => (channel.onmessage = resolve));
    connection.onicecandidate = ({ candidate }) => socket.send(JSON.stringify({ candidate }));
    socket.onmessage = ({ data }) => {
      const { description, candidate } = JSON.parse(data);
      return description
        ? connection.setRemoteDescription(description)
        : connection.addIceCandidate(candidate);
    };
    socket.onopen = async () => {
      await connection.setLocalDescription();
      socket.send(JSON.stringify({ description: connection.localDescription }));
    };
    await message;
    return { message: performance.now() - start, navigation: performance.now() };
  },
};
