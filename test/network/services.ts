/** What the laboratory's server offers: signalling with its pages, STUN and TURN. */
import { createHmac, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { root } from '../tools/workspace.mjs';
import type { Namespaces } from './namespaces.js';
import { SERVER_HOST, SIGNAL_PORT } from './topology.js';

export const TURN_PORT = 3478;

export interface IceOptions {
  /** Default true. */
  readonly stun?: boolean;
  /** How TURN is reached. Default: not at all. */
  readonly turn?: readonly ('udp' | 'tcp')[];
  /** Seconds for which the credentials are good; negative: they no longer are. Default 600. */
  readonly ttl?: number;
}

/** @param pages served before the demo */
export async function startSignalling(namespaces: Namespaces, pages: string): Promise<void> {
  const options = ['--host', SERVER_HOST, '--port', String(SIGNAL_PORT), '--static', pages];
  await namespaces.start('server', [process.execPath, join(root, 'dist/cli.js'), ...options], /^signalling/m);
}

/** coturn, for whoever has a credential that a server made with the shared secret, good for some time. */
export class TurnServer {
  readonly #secret = randomUUID();

  async start(namespaces: Namespaces): Promise<void> {
    const { dir } = namespaces;
    await namespaces.start(
      'server',
      [
        ...['turnserver', '-n', '-v', '--no-cli', '--no-tls', '--no-dtls', '--log-file=stdout'],
        ...[`--pidfile=${dir}/turn.pid`, `--userdb=${dir}/turn.db`, '--realm=laboratory'],
        ...[`--listening-ip=${SERVER_HOST}`, `--relay-ip=${SERVER_HOST}`, `--listening-port=${TURN_PORT}`],
        ...['--use-auth-secret', `--static-auth-secret=${this.#secret}`],
      ],
      // It opens those for UDP before and those for TCP in between: the last one it speaks of is neither's.
      /UDP listener opened on[\s\S]*TCP listener opened on|TCP listener opened on[\s\S]*UDP listener opened on/,
    );
  }

  iceServers({ stun = true, turn = [], ttl = 600 }: IceOptions = {}): RTCIceServer[] {
    const at = `${SERVER_HOST}:${TURN_PORT}`;
    const username = `${Math.floor(Date.now() / 1000) + ttl}:visitor`;
    const credential = createHmac('sha1', this.#secret).update(username).digest('base64');
    return [
      ...(stun ? [{ urls: `stun:${at}` }] : []),
      ...turn.map((transport) => ({ urls: `turn:${at}?transport=${transport}`, username, credential })),
    ];
  }
}
