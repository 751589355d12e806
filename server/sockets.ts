/** The open sockets of a server of our own, from before a request to long after an upgrade. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Headcount, network } from './network.js';

export class Sockets {
  /** With the network each counts for. */
  #open = new Map<Socket, string>();
  #perNetwork = new Headcount();

  /** @param most from one network, or null for any number */
  constructor(server: Server, most: number | null) {
    const left = (socket: Socket): void => this.#left(socket);
    // One listener for all, and not once(): ten thousand sockets keep what it costs for as long as they are open.
    function closed(this: Socket): void {
      left(this);
    }
    server.on('connection', (socket: Socket) => {
      const from = most === null ? '' : network(socket.remoteAddress ?? '');
      if (most !== null && this.#perNetwork.of(from) >= most) return void socket.destroy();
      this.#perNetwork.enter(from);
      this.#open.set(socket, from);
      socket.on('close', closed);
    });
  }

  /** Cuts off all that are left: a server closes by itself only those that have come as far as a request. */
  destroy(): void {
    for (const socket of [...this.#open.keys()]) socket.destroy();
  }

  #left(socket: Socket): void {
    const from = this.#open.get(socket);
    this.#open.delete(socket);
    if (from !== undefined) this.#perNetwork.leave(from);
  }
}
