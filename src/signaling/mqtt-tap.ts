/** Takes what is said out of what a socket brings to the library, and hands over the rest. */
import { Packets, readPublish } from './mqtt-wire.js';

type Heard = (topic: string, text: string) => void;

/**
 * @param socket that nobody listens to so far
 * @param heard is told of every PUBLISH with QoS 0; what listens to the socket gets all other packets
 */
export function tap(socket: WebSocket, heard: Heard): void {
  const listen = socket.addEventListener.bind(socket);
  const packets = new Packets();
  const takeApart = (data: ArrayBuffer): Uint8Array[] => {
    try {
      return packets.push(new Uint8Array(data));
    } catch {
      // Whatever this is, it is no broker.
      socket.close();
      return [];
    }
  };
  const passOn = (
    event: MessageEvent<unknown>,
    listener: (event: { readonly data: ArrayBuffer }) => void,
  ): void => {
    const { data } = event;
    if (!(data instanceof ArrayBuffer)) return;
    for (const packet of takeApart(data)) {
      const said = readPublish(packet);
      if (said) heard(said.topic, said.text);
      else listener({ data: packet.slice().buffer });
    }
  };
  socket.addEventListener = (type: string, listener: EventListener) => {
    if (type !== 'message') return listen(type, listener);
    listen('message', (event) => {
      passOn(
        event as MessageEvent<unknown>,
        listener as unknown as (event: { readonly data: ArrayBuffer }) => void,
      );
    });
  };
}
