/** What the laboratory's server offers: signalling with its pages, STUN and TURN. */
import { createHmac, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../tools/workspace.mjs';
import type { Namespaces, Service } from './namespaces.js';
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

/** Signalling with options that the command does not have. @param options as far as they are JSON */
export function startProgram(namespaces: Namespaces, port: number, options: object): Promise<Service> {
  const program = join(root, 'test/support/signalling.mjs');
  const given = JSON.stringify({ host: SERVER_HOST, ...options });
  const argv = [process.execPath, program, '--port', String(port), given];
  return namespaces.start('server', argv, /^signalling/m);
}

/** What docs/server.md tells an operator to write into coturn's file, so that everything here is a test of it. */
async function documentedConfiguration(secret: string): Promise<string> {
  const docs = await readFile(join(root, 'docs/server.md'), 'utf8');
  const [, text] = /^```ini\n(# turnserver\.conf\n[^`]+)^```$/m.exec(docs) ?? [];
  const configuration = text?.replace(/^static-auth-secret=.+$/m, `static-auth-secret=${secret}`);
  if (!configuration?.includes(secret)) throw new Error('docs/server.md has no turnserver.conf any more.');
  return configuration;
}

/** coturn, for whoever has a credential that a server made with the shared secret, good for some time. */
export class TurnServer {
  readonly #secret = randomUUID();

  /** What a signalling server's `turn` takes. */
  get options(): { readonly urls: string[]; readonly secret: string } {
    const urls = ['udp', 'tcp'].map((transport) => `turn:${SERVER_HOST}:${TURN_PORT}?transport=${transport}`);
    return { urls, secret: this.#secret };
  }

  async start(namespaces: Namespaces): Promise<void> {
    const { dir } = namespaces;
    const file = join(dir, 'turnserver.conf');
    await writeFile(file, await documentedConfiguration(this.#secret));
    await namespaces.start(
      'server',
      [
        ...['turnserver', '-c', file, '-v', '--no-tls', '--no-dtls', '--log-file=stdout'],
        ...[`--pidfile=${dir}/turn.pid`, `--userdb=${dir}/turn.db`],
        ...[`--listening-ip=${SERVER_HOST}`, `--relay-ip=${SERVER_HOST}`],
      ],
      // It opens those for UDP before and those for TCP in between: the last one it speaks of is neither's.
      /UDP listener opened on[\s\S]*TCP listener opened on|TCP listener opened on[\s\S]*UDP listener opened on/,
    );
  }

  iceServers({ stun = true, turn = [], ttl = 600 }: IceOptions = {}): RTCIceServer[] {
    const at = `${SERVER_HOST}:${TURN_PORT}`;
    const username = `${Math.floor(Date.now() / 1000) + ttl}:${randomUUID()}`;
    const credential = createHmac('sha1', this.#secret).update(username).digest('base64');
    return [
      ...(stun ? [{ urls: `stun:${at}` }] : []),
      ...turn.map((transport) => ({ urls: `turn:${at}?transport=${transport}`, username, credential })),
    ];
  }
}
