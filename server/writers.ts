/** Who writes to one client, and is told when that does not read as fast. */
import type { ServerFrame } from '../src/protocol.js';

/** A place in a room from which messages come; the client in it may change. */
export interface Writer {
  readonly client: { send(frame: ServerFrame): void } | null;
  /** What that client calls the room. */
  readonly n: number;
}

/** A place in a room to which messages go. */
export interface Reader {
  readonly id: string;
}

interface Stay {
  readonly client: NonNullable<Writer['client']>;
  readonly reader: Reader;
}

export class Writers {
  #stays = new Map<Writer, Stay>();
  #stopped = false;

  /** Something of `writer` waits to be read. Told to stop at once, if that is what all are told. */
  add(writer: Writer, reader: Reader): void {
    const { client } = writer;
    const known = this.#stays.get(writer);
    // Who came back has forgotten what it was told, and so has whoever saw the reader leave and join again.
    if (!client || (known?.client === client && known.reader === reader)) return;
    this.#stays.set(writer, { client, reader });
    if (this.#stopped) client.send({ type: 'stop', n: writer.n, id: reader.id });
  }

  stop(): void {
    if (!this.#stopped) this.#tell('stop');
    this.#stopped = true;
  }

  go(): void {
    if (this.#stopped) this.#tell('go');
    this.#stopped = false;
  }

  /** Nothing waits any more: who wrote it does not matter now. */
  clear(): void {
    this.go();
    this.#stays.clear();
  }

  #tell(type: 'stop' | 'go'): void {
    for (const [writer, { client, reader }] of this.#stays) {
      if (writer.client === client) client.send({ type, n: writer.n, id: reader.id });
    }
  }
}
