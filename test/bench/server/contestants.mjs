/** Who takes part: a file in servers/ and one in dialects/, both of this name. */

/** @type {readonly { name: string, kind: 'bare' | 'library' | 'ours', what: string }[]} */
export const CONTESTANTS = [
  { name: 'bare', kind: 'bare', what: 'a bare relay on the same ws: rooms in a Map' },
  { name: 'ours', kind: 'ours', what: 'the signalling server, budgets raised' },
  { name: 'peerserver', kind: 'library', what: 'PeerServer' },
  { name: 'y-webrtc', kind: 'library', what: 'the signalling server of y-webrtc' },
  { name: 'socket.io', kind: 'library', what: 'socket.io with rooms, over WebSocket only' },
];

/** @param {readonly string[] | undefined} only these */
export const chosen = (only) => CONTESTANTS.filter(({ name }) => !only || only.includes(name));
