/** One connection made ahead of need: making the first takes a browser longer than anything that comes after. */
export class ConnectionReserve {
  readonly #make: (configuration: RTCConfiguration) => RTCPeerConnection;
  /** The page has said itself by which servers a way is found. */
  readonly #decided: boolean;
  #configuration: RTCConfiguration;
  #spare: RTCPeerConnection | null = null;

  /**
   * @param make throws when the browser makes no more
   * @param configuration what the page wants; its `iceServers`, an empty list as well, are the last word on them
   */
  constructor(
    make: (configuration: RTCConfiguration) => RTCPeerConnection,
    configuration: RTCConfiguration = {},
  ) {
    this.#make = make;
    this.#configuration = configuration;
    this.#decided = configuration.iceServers !== undefined;
  }

  /**
   * Takes these servers from now on, unless the page has others. In a connection that stands nothing changes before it
   * looks for a way again.
   * @param taken the connections that are in use
   * @throws when the browser does not take them: then all remains as it was
   */
  advise(servers: readonly { readonly urls: readonly string[] }[], taken: Iterable<RTCPeerConnection>): void {
    if (this.#decided) return;
    const configuration = { ...this.#configuration, iceServers: servers as RTCIceServer[] };
    if (this.#spare) {
      // Told afterwards, Chromium asks for a negotiation at once, when nobody listens, and then not when it is time.
      const spare = this.#make(configuration);
      this.close();
      this.#spare = spare;
    }
    for (const connection of taken) {
      if (connection.signalingState !== 'closed') connection.setConfiguration(configuration);
    }
    this.#configuration = configuration;
  }

  /** Makes the one that will be needed first. */
  prepare(): void {
    try {
      this.#spare ??= this.#make(this.#configuration);
    } catch {
      // The browser makes no more: whoever needs one will say so.
    }
  }

  /** @throws when the browser makes no more */
  take(): RTCPeerConnection {
    const connection = this.#spare ?? this.#make(this.#configuration);
    this.#spare = null;
    return connection;
  }

  /** Lets go of what nobody needed. */
  close(): void {
    this.#spare?.close();
    this.#spare = null;
  }
}
