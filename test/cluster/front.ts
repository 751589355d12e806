/** What stands before several servers under one address, as a proxy does: the next connection goes to the next of them. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Node } from './nodes.js';

export class Front {
  readonly url: string;

  private constructor(port: number) {
    this.url = `ws://127.0.0.1:${port}/signal`;
  }

  /** @param nodes asked anew for each connection */
  static async open(t: TestContext, nodes: () => readonly Node[]): Promise<Front> {
    const sockets = new Set<Socket>();
    let turn = 0;
    const server = createServer((inner) => {
      const all = nodes();
      const outer = connect(Number(new URL(all[turn++ % all.length]!.url).port), '127.0.0.1');
      for (const socket of [inner, outer]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          sockets.delete(socket);
          inner.destroy();
          outer.destroy();
        });
      }
      inner.pipe(outer).pipe(inner);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return new Front((server.address() as AddressInfo).port);
  }
}
