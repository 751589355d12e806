/** A signalling server whose operator looks at who comes, for the tests of pages: one set of options for each of them. */
import { parseArgs } from 'node:util';
import { SignalingServer } from '../../dist/server.js';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, guard: { type: 'string' }, secret: { type: 'string' } },
});

/** The token is the role, and those that begin with a no are not let in. */
const byToken = (_request, { kind, room, token }) =>
  token.startsWith('no') ? { reason: `${token}: ${kind ?? 'somewhere'} ${room}` } : { role: token };

const GUARDS = {
  names: { authorize: byToken },
  mute: { names: false, authorize: byToken },
  codes: { validateCode: (code) => code.startsWith('ours') },
  tokens: { tokens: { secret: values.secret } },
  lonely: { peerTimeout: 300 },
};

const server = new SignalingServer({ port: Number(values.port), ...GUARDS[values.guard] });
await server.listen();
console.log(`signalling ${server.address.url}`);
process.once('SIGTERM', () => void server.close({ drain: 0 }));
