/** What the command says once it listens. */
import { lanAddresses } from './cli-certificate.js';
import type { CliSettings } from './cli-options.js';
import type { SignalingAddress } from './index.js';

const SELF_SIGNED =
  'The certificate was made on the spot: browsers warn of it, once for each address. Go on from there, for trying;\n' +
  'visitors need one of a real authority: --cert and --key.\n';

const EVERYWHERE = ['0.0.0.0', '::'];
const LOCAL = ['localhost', '127.0.0.1', '::1', ...EVERYWHERE];

const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** The name under which a browser on this machine reaches it; `localhost` counts as a secure context. */
const nameOf = (host: string | undefined): string =>
  host === undefined || LOCAL.includes(host) ? 'localhost' : inUrl(host);

/** Elsewhere a browser does without cryptography over plain http: then there is nothing to show. */
function nearby({ options: { host }, https }: CliSettings): string[] {
  return https && (host === undefined || EVERYWHERE.includes(host)) ? lanAddresses().map(inUrl) : [];
}

export function announcement(
  version: string,
  { port, url }: SignalingAddress,
  settings: CliSettings,
): string {
  const { options, https } = settings;
  const secure = https ? 's' : '';
  const pageAt = (name: string): string => `http${secure}://${name}:${port}/`;
  const own = nameOf(options.host);
  const { pathname } = new URL(url);
  return (
    [
      `peer-elements ${version}`,
      `demo        ${pageAt(own)}`,
      ...nearby(settings).map((name) => `            ${pageAt(name)}`),
      `signalling  ws${secure}://${own}:${port}${pathname}`,
      `<script type="module" src="${pageAt(own)}peer-elements.js"></script>`,
    ].join('\n') + `\n${https === 'self-signed' ? SELF_SIGNED : ''}`
  );
}
