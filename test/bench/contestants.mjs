/**
 * Who takes part. `module` is a file in contestants/, `server` the one in servers.mjs it talks to, `direct` whether
 * there is a direct path to wait for, `most` how many messages it can be asked to send one way, `members` how many pages it can
 * be asked to bring together, `shared` whether they have to be of one browser profile.
 */
const EVERY = ['connect', 'messages'];
const ALL = [...EVERY, 'throughput'];
const SEEN = [...ALL, 'picture'];
const SIGNALLING = 'signalling';
/** A message is for one peer, not for all. */
const EACH = { each: true };
/** As all others do; PeerJS calls it reliable. */
const ORDERED = { reliable: true };

/** @typedef {'relay' | 'raw' | 'library' | 'ours'} Kind */

/**
 * @type {readonly {
 *   name: string, kind: Kind, module: string, server: string, direct: boolean, tests: readonly string[],
 *   options?: Record<string, unknown>, what: string, most?: Record<string, number>, members?: number, shared?: boolean,
 * }[]}
 */
export const CONTESTANTS = [
  {
    name: 'relay',
    kind: 'relay',
    module: 'relay',
    server: 'relay',
    direct: false,
    tests: [...EVERY, 'delivery'],
    what: 'bare WebSocket relay',
  },
  {
    name: 'raw',
    kind: 'raw',
    module: 'raw',
    server: 'relay',
    direct: true,
    tests: [...EVERY, 'picture'],
    what: 'WebRTC by hand, trickle',
  },
  {
    name: 'raw-prepared',
    kind: 'raw',
    module: 'raw',
    server: 'relay',
    direct: true,
    tests: ['connect'],
    options: { prepared: true },
    what: 'the same, offer ready before signalling answers',
  },
  {
    name: 'raw-batched',
    kind: 'raw',
    module: 'raw',
    server: 'relay',
    direct: true,
    tests: ['messages'],
    options: { batched: true },
    what: 'by hand, many messages per send',
  },
  ...[
    ['raw-16', 16, 64],
    ['raw', 64, 256],
    ['raw-256', 256, 256],
  ].map(([name, piece, highWater]) => ({
    name,
    kind: 'raw',
    module: 'raw',
    server: 'relay',
    direct: true,
    tests: ['throughput'],
    options: { pieces: { piece: piece * 1024, highWater: highWater * 1024 } },
    what: `by hand, pieces of ${piece} KiB, ${highWater} KiB at a time`,
  })),
  {
    name: 'peerjs',
    kind: 'library',
    module: 'peerjs',
    server: 'peerjs',
    direct: true,
    tests: [...SEEN, SIGNALLING],
    options: ORDERED,
    what: 'PeerJS, own PeerServer',
  },
  {
    name: 'peerjs-json',
    kind: 'library',
    module: 'peerjs',
    server: 'peerjs',
    direct: true,
    tests: ['messages'],
    options: { ...ORDERED, serialization: 'json' },
    what: 'PeerJS, JSON',
  },
  {
    name: 'simple-peer',
    kind: 'library',
    module: 'simple-peer',
    server: 'relay',
    direct: true,
    tests: SEEN,
    what: 'simple-peer, bare relay',
  },
  {
    name: 'trystero',
    kind: 'library',
    module: 'trystero',
    server: 'topics',
    direct: true,
    tests: [...ALL, SIGNALLING],
    // It drops what waited for ten seconds, and each that waits makes all others wait longer.
    most: { loop: 5000 },
    what: 'Trystero, own relay',
  },
  {
    name: 'trystero-mqtt',
    kind: 'library',
    module: 'trystero-mqtt',
    server: 'mqtt',
    direct: true,
    tests: [SIGNALLING],
    what: 'Trystero, MQTT broker',
  },
  {
    name: 'y-webrtc',
    kind: 'library',
    module: 'y-webrtc',
    server: 'topics',
    direct: true,
    tests: ['connect', SIGNALLING],
    // Of a document that all have, nobody can tell whose copy came first.
    members: 2,
    what: 'y-webrtc, own signalling',
  },
  {
    name: 'ours',
    kind: 'ours',
    module: 'ours',
    server: 'ours',
    direct: true,
    tests: [...SEEN, 'delivery', SIGNALLING],
    what: 'PeerRoom, defaults',
  },
  ...[
    ['peerjs', 'ours', 'peerjs', 'a PeerServer'],
    ['mqtt', 'ours-mqtt', 'mqtt', 'an MQTT broker'],
    ['channel', 'ours', 'relay', 'two functions over a WebSocket'],
    ['local', 'ours', 'ours', 'tabs of one browser'],
  ].map(([by, module, server, what]) => ({
    name: `ours-${by}`,
    kind: 'ours',
    module,
    server,
    direct: true,
    tests: [SIGNALLING],
    options: { ...EACH, by },
    shared: by === 'local',
    what: `PeerRoom, ${what}`,
  })),
  ...['unordered', 'fast', 'latest'].map((delivery) => ({
    name: `ours-${delivery}`,
    kind: 'ours',
    module: 'ours',
    server: 'ours',
    direct: true,
    tests: ['delivery'],
    options: { delivery },
    what: `PeerRoom, delivery: ${delivery}`,
  })),
  {
    name: 'ours-ephemeral',
    kind: 'ours',
    module: 'ours',
    server: 'ours',
    direct: true,
    tests: ['connect'],
    options: { ephemeral: true },
    what: 'PeerRoom, ephemeral',
  },
  {
    name: 'ours-relay',
    kind: 'ours',
    module: 'ours',
    server: 'ours',
    direct: false,
    // Many messages at once are not what a relay with budgets is for: it would take minutes, and measure the budgets.
    tests: ['connect'],
    options: { transport: 'relay' },
    what: 'PeerRoom, transport: relay',
  },
];

/** @param {readonly string[] | undefined} only these */
export function chosen(test, only) {
  return CONTESTANTS.filter(({ name, tests }) => tests.includes(test) && (!only || only.includes(name)));
}

export const modules = () => [...new Set(CONTESTANTS.map(({ module }) => module))];
