/** One connection made ahead of need: making the first takes a browser longer than anything that comes after. */
export class ConnectionReserve {
  readonly #make: () => RTCPeerConnection;
  #spare: RTCPeerConnection | null = null;

  /** @param make throws when the browser makes no more */
  constructor(make: () => RTCPeerConnection) {
    this.#make = make;
  }

  /** Makes the one that will be needed first. */
  prepare(): void {
    try {
      this.#spare ??= this.#make();
    } catch {
      // The browser makes no more: whoever needs one will say so.
    }
  }

  /** @throws when the browser makes no more */
  take(): RTCPeerConnection {
    const connection = this.#spare ?? this.#make();
    this.#spare = null;
    return connection;
  }

  /** Lets go of what nobody needed. */
  close(): void {
    this.#spare?.close();
    this.#spare = null;
  }
}
