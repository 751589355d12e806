const JOIN_MS = 60_000;
/** Members from one address: far from what an address has in ports. */
const PER_ADDRESS = 5000;

/** A member, from the dial to its end; `joined` settles when it is in its room. */
export class Member {
  key;
  number;
  /** @type {(at: number, bytes: Buffer, textAt: number) => void} */
  hear = () => undefined;
  read = () => undefined;
  gone = () => undefined;

  constructor(dialler, dialect, { index, port, room, key }) {
    this.index = index;
    this.port = port;
    this.room = room;
    this.key = key;
    this.ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.failed('no answer in time'), JOIN_MS);
      this.joined = () => resolve(clearTimeout(timer));
      this.failed = (why) => reject(new Error(`member ${index}: ${why}`, { cause: clearTimeout(timer) }));
    });
    this.ready.catch(() => undefined);
    const from = `127.0.0.${2 + Math.floor(index / PER_ADDRESS)}`;
    this.socket = dialler.dial(
      { port, from, path: dialect.pathOf(this) },
      {
        open: () => dialect.opened(this),
        frame: (opcode, payload) => {
          if (dialect.isMessage(opcode, payload)) this.hear(payload);
          else dialect.heard(this, opcode, payload);
        },
        read: () => this.read(),
        close: (why) => {
          this.failed(why);
          this.gone(why);
        },
      },
    );
  }
}
