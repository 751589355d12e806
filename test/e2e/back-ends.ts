/** Whatever may bring pages together, each as a real process, and as a visitor's page names it. */
import { SignalServer, programs } from '../wtr/signal-server.mjs';
import { html } from './hosting.js';

export interface BackEnd {
  readonly name: string;
  /** Null where there is none that could be started anew. */
  readonly server: SignalServer | null;
  /** The body of a page with a room of that name. */
  body(room: string): string;
  /** How long somebody who crashed may be taken for there, ms: what docs/signalling.md says. */
  readonly missedWithin: number;
  /** Whether a page learns that its server is gone. */
  readonly reconnects: boolean;
  /** Whether who returns with the same browser is the same. */
  readonly keepsIdentity: boolean;
}

/** A direct path is given up after so long, whatever signalling says, ms. */
const PATH = 20_000;

/** A room whose only setting is where its signalling is. */
const group = (room: string, attributes: string): string =>
  html(`<peer-group room="${room}" reconnect-delay="200" ${attributes}></peer-group>`);

const ours = new SignalServer(['--seat-timeout', '3000']);
const peerServer = new SignalServer(['--path', '/meet', '--key', 'mine'], programs.peerserver);
const repeater = new SignalServer([], programs.repeater);

/** Two functions over a socket of the page's own, which it opens again when it is closed. */
const channelPage = (room: string): string =>
  html(`<peer-group></peer-group>
<script type="module">
  import { callbackSignaling } from '/peer-elements.js';
  const hearers = [];
  let socket;
  const open = () => {
    socket = new WebSocket('${repeater.url}');
    socket.onmessage = ({ data }) => hearers.forEach((hear) => hear(data));
    socket.onclose = () => setTimeout(open, 200);
  };
  open();
  const group = document.querySelector('peer-group');
  group.signaling = callbackSignaling({
    send: (text) => socket.readyState === 1 && socket.send(text),
    receive: (hear) => hearers.push(hear),
    beat: 1000,
    seat: 3000,
  });
  group.room = '${room}';
</script>`);

/** What a page can join without anything else running. */
export const local: BackEnd = {
  name: 'local:',
  server: null,
  body: (room) => group(room, ''),
  missedWithin: PATH,
  reconnects: false,
  keepsIdentity: true,
};

export const backEnds: readonly (BackEnd & { readonly server: SignalServer })[] = [
  {
    name: 'our server',
    server: ours,
    body: (room) => group(room, `url="ws://127.0.0.1:${ours.port}/signal"`),
    missedWithin: PATH,
    reconnects: true,
    keepsIdentity: true,
  },
  {
    name: 'a PeerServer',
    server: peerServer,
    body: (room) => group(room, `url="peerjs:127.0.0.1:${peerServer.port}/meet?key=mine"`),
    missedWithin: 45_000,
    reconnects: true,
    keepsIdentity: true,
  },
  {
    name: 'two functions',
    server: repeater,
    body: channelPage,
    missedWithin: PATH,
    reconnects: false,
    keepsIdentity: false,
  },
];

