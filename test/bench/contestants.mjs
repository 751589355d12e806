/**
 * Who takes part. `module` is a file in contestants/, `server` the one in servers.mjs it talks to, `direct` whether
 * there is a direct path to wait for. `packages` are those whose versions the result names.
 */
const EVERY = ['connect', 'messages'];

/** @typedef {'relay' | 'raw' | 'library' | 'ours'} Kind */

/**
 * @type {readonly {
 *   name: string, kind: Kind, module: string, server: string, direct: boolean, tests: readonly string[],
 *   options?: Record<string, unknown>, packages?: readonly string[], what: string,
 * }[]}
 */
const ALL = [
  {
    name: 'relay',
    kind: 'relay',
    module: 'relay',
    server: 'relay',
    direct: false,
    tests: EVERY,
    what: 'bare WebSocket relay',
  },
  {
    name: 'raw',
    kind: 'raw',
    module: 'raw',
    server: 'relay',
    direct: true,
    tests: EVERY,
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
  {
    name: 'peerjs',
    kind: 'library',
    module: 'peerjs',
    server: 'peerjs',
    direct: true,
    tests: EVERY,
    packages: ['peerjs'],
    what: 'PeerJS, own PeerServer',
  },
  {
    name: 'peerjs-json',
    kind: 'library',
    module: 'peerjs',
    server: 'peerjs',
    direct: true,
    tests: ['messages'],
    options: { serialization: 'json' },
    packages: ['peerjs'],
    what: 'PeerJS, JSON',
  },
  {
    name: 'simple-peer',
    kind: 'library',
    module: 'simple-peer',
    server: 'relay',
    direct: true,
    tests: EVERY,
    packages: ['simple-peer'],
    what: 'simple-peer, bare relay',
  },
  {
    name: 'trystero',
    kind: 'library',
    module: 'trystero',
    server: 'topics',
    direct: true,
    tests: EVERY,
    packages: ['@trystero-p2p/core'],
    what: 'Trystero, own relay',
  },
  {
    name: 'y-webrtc',
    kind: 'library',
    module: 'y-webrtc',
    server: 'topics',
    direct: true,
    tests: ['connect'],
    packages: ['y-webrtc'],
    what: 'y-webrtc, own signalling',
  },
  {
    name: 'ours',
    kind: 'ours',
    module: 'ours',
    server: 'ours',
    direct: true,
    tests: EVERY,
    what: 'PeerRoom, defaults',
  },
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
    tests: EVERY,
    options: { transport: 'relay' },
    what: 'PeerRoom, transport: relay',
  },
];

/** @param {string | undefined} only names, separated by commas @throws for a name that is none */
export function chosen(test, only) {
  const names = only?.split(',');
  const unknown = names?.filter((name) => !ALL.some((one) => one.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`Unknown: ${unknown.join()}. Contestants: ${ALL.map(({ name }) => name).join()}`);
  }
  return ALL.filter(({ name, tests }) => tests.includes(test) && (!names || names.includes(name)));
}

export const modules = () => [...new Set(ALL.map(({ module }) => module))];
