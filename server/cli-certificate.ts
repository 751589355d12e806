/** The certificate that the command speaks https with: from files, or made on the spot. */
import { hostname, networkInterfaces } from 'node:os';
import type { Server as HttpServer } from 'node:http';
import { Server as TlsServer } from 'node:tls';
import { createSelfSigned } from './certificate.js';
import type { CertificateFiles, CliSettings } from './cli-options.js';
import { UsageError, readFile } from './cli-sources.js';
import type { Logger } from './log.js';
import { readOptions, type HttpsOptions } from './options.js';

/** Addresses under which others on the same network may reach this machine. */
export function lanAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'));
  return outside.map(({ address }) => address);
}

/** @throws {UsageError} for a file that cannot be read, and where the two do not fit */
function readPair({ cert, key }: CertificateFiles): HttpsOptions {
  const pair = { cert: readFile(cert.path, cert.where), key: readFile(key.path, key.where) };
  try {
    readOptions({ https: pair });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${cert.where} "${cert.path}" and ${key.where} "${key.path}": ${why}`);
  }
  return pair;
}

export function certificateFor(
  https: CliSettings['https'],
  host: string | undefined,
): HttpsOptions | undefined {
  if (https === null) return undefined;
  if (https !== 'self-signed') return readPair(https);
  const names = ['localhost', hostname(), '127.0.0.1', '::1', ...lanAddresses(), ...(host ? [host] : [])];
  return createSelfSigned([...new Set(names)].filter((name) => /^[\w.:-]+$/.test(name)));
}

/** Takes a renewed certificate into use for connections to come; a wrong one leaves everything as it is. */
export function renewOnHangup(files: CertificateFiles, server: HttpServer | null, logger: Logger): void {
  process.on('SIGHUP', () => {
    try {
      const { cert, key } = readPair(files);
      if (server instanceof TlsServer) server.setSecureContext({ cert, key });
      logger.info({}, 'certificate read again');
    } catch (error) {
      logger.error({ reason: error instanceof Error ? error.message : '' }, 'certificate left as it was');
    }
  });
}
