/** From `mqtt+ws:` and `mqtt+wss:` addresses to brokers. */

export interface Broker {
  /** `ws:` or `wss:`, without user and password. */
  readonly address: string;
  readonly username?: string;
  readonly password?: string;
}

export interface BrokerOptions {
  /** In the order in which they were named, none of them twice. */
  readonly brokers: readonly Broker[];
  /** What all topics begin with, if one of the addresses says so. */
  readonly topic?: string;
  /** Whether one of the addresses lets messages go through the brokers. */
  readonly isForData: boolean;
}

export const MQTT_SCHEMES: readonly string[] = ['mqtt+ws:', 'mqtt+wss:'];
/** Where brokers with more than one door have that for WebSockets. */
const DEFAULT_PATH = '/mqtt';

function brokerOf(url: URL): Broker {
  const { username, password } = url;
  url.username = url.password = url.hash = '';
  for (const ours of ['topic', 'relay']) url.searchParams.delete(ours);
  if (url.pathname === '/') url.pathname = DEFAULT_PATH;
  return {
    address: url.href,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  };
}

/**
 * @param urls `mqtt+ws://[user[:password]@]host[:port][/path][?topic=…&relay=data]`, one or several with spaces between them
 * @returns null when one of them is none
 */
export function brokersOf(urls: string): BrokerOptions | null {
  const parts = urls.split(/\s+/).filter(Boolean);
  const isOurs = (part: string): boolean => MQTT_SCHEMES.some((scheme) => part.startsWith(`${scheme}//`));
  // A URL of a scheme that the platform does not know has no host that could be told from its path.
  const plain = parts.filter(isOurs).map((part) => part.slice('mqtt+'.length));
  if (plain.length < parts.length || plain.length === 0) return null;
  if (!plain.every((part) => URL.canParse(part))) return null;
  const parsed = plain.map((part) => new URL(part));
  const queries = parsed.map(({ searchParams }) => new URLSearchParams(searchParams));
  const topic = queries.map((query) => query.get('topic')).find(Boolean);
  const brokers = new Map(parsed.map(brokerOf).map((broker) => [broker.address, broker]));
  return {
    brokers: [...brokers.values()],
    ...(topic && { topic }),
    isForData: queries.some((query) => query.get('relay') === 'data'),
  };
}
