/** Whatever may bring pages together, each as a real process, and as a visitor's page names it. */
import { Mosquitto } from '../support/mosquitto.mjs';
import { SignalServer, programs } from '../wtr/signal-server.mjs';
import { html } from './hosting.js';

export type Process = Pick<SignalServer, 'port' | 'url' | 'start' | 'stop'>;

export interface BackEnd {
  readonly name: string;
  /** One for each test, which starts and kills it, and starts it again at the same port. */
  serve(): Process;
  /** The body of a page with a room of that name. */
  body(server: Pick<Process, 'port' | 'url'>, room: string, attributes: string): string;
  /** How long somebody who crashed may be taken for there, ms: what docs/signalling.md says. */
  readonly missedWithin: number;
  /** Whether a page learns that its server is gone. */
  readonly reconnects: boolean;
  /** Whether who returns with the same browser is the same. */
  readonly keepsIdentity: boolean;
}

/** A room whose only setting is where its signalling is. */
const group = (room: string, attributes: string): string =>
  html(`<peer-group room="${room}" reconnect-delay="100" ${attributes}></peer-group>`);

/** The same for whom adaptors are made in script: with short times, as they cannot be had by an address. */
const scripted = (room: string, attributes: string, script: string): string =>
  html(`<peer-group ${attributes}></peer-group>
<script type="module">
  const group = document.querySelector('peer-group');
  const times = { beat: 1500, seat: 3000 };
  ${script}
  group.room = '${room}';
</script>`);

/** Two functions over a socket of the page's own, which it opens again when it is closed. */
const channel = (url: string): string => `
  const { callbackSignaling } = await import('/peer-elements.js');
  const hearers = [];
  let socket;
  const open = () => {
    socket = new WebSocket('${url}');
    socket.onmessage = ({ data }) => hearers.forEach((hear) => hear(data));
    socket.onclose = () => setTimeout(open, 200);
  };
  open();
  group.signaling = callbackSignaling({
    send: (text) => socket.readyState === 1 && socket.send(text),
    receive: (hear) => hearers.push(hear),
    ...times,
  });`;

const mqtt = (port: number): string => `
  const { mqttSignaling } = await import('/mqtt.js');
  group.reconnectDelay = 100;
  group.signaling = mqttSignaling({ url: 'mqtt+ws://127.0.0.1:${port}', relay: 'data', ...times });`;

/** Whoever adds an adaptor adds a line here. */
export const backEnds: readonly BackEnd[] = [
  {
    name: 'our server',
    serve: () => new SignalServer(),
    body: ({ port }, room, more) => group(room, `${more} url="ws://127.0.0.1:${port}/signal"`),
    missedWithin: 10_000,
    reconnects: true,
    keepsIdentity: true,
  },
  {
    name: 'a PeerServer',
    serve: () => new SignalServer(['--path', '/meet', '--key', 'mine'], programs.peerserver),
    body: ({ port }, room, more) =>
      group(room, `${more} url="peerjs:127.0.0.1:${port}/meet?key=mine&relay=data"`),
    missedWithin: 45_000,
    reconnects: true,
    keepsIdentity: true,
  },
  {
    name: 'two functions',
    serve: () => new SignalServer([], programs.repeater),
    body: ({ url }, room, more) => scripted(room, more, channel(url)),
    missedWithin: 10_000,
    reconnects: false,
    keepsIdentity: false,
  },
  {
    name: 'an MQTT broker',
    serve: () => new Mosquitto(),
    body: ({ port }, room, more) => scripted(room, more, mqtt(port)),
    missedWithin: 10_000,
    reconnects: true,
    keepsIdentity: false,
  },
];

/** What needs no server. */
export const local: Omit<BackEnd, 'serve'> = {
  name: 'local:',
  body: (_server, room, more) => group(room, more),
  missedWithin: 0,
  reconnects: false,
  keepsIdentity: true,
};
