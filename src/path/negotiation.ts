/**
 * The perfect negotiation pattern of WebRTC 1.0, section 10.7, and nothing else: both sides may change the
 * connection at any time, and on a collision the polite one gives way.
 */
export type NegotiationMessage =
  { readonly description: RTCSessionDescriptionInit } | { readonly candidate: RTCIceCandidateInit };

export interface NegotiationOptions {
  readonly polite: boolean;
  readonly send: (message: NegotiationMessage) => void;
  /** An offer was applied and is about to be answered. */
  readonly onoffer?: () => void;
  /** More is known of the other side. */
  readonly onremote?: () => void;
  readonly onerror: (error: unknown) => void;
}

/** A description that never comes must not let candidates pile up; no honest connection has as many. */
const MAX_EARLY = 100;

export class Negotiation {
  readonly #pc: RTCPeerConnection;
  readonly #options: NegotiationOptions;
  /** Candidates that arrived before the description they belong to. */
  readonly #early: RTCIceCandidateInit[] = [];
  #makingOffer = false;
  #ignoreOffer = false;
  #settingRemoteAnswer = false;

  constructor(pc: RTCPeerConnection, options: NegotiationOptions) {
    this.#pc = pc;
    this.#options = options;
    pc.onnegotiationneeded = () => void this.#offer();
    pc.onicecandidate = ({ candidate }) => {
      if (candidate) options.send({ candidate: candidate.toJSON() });
    };
  }

  async receive(message: NegotiationMessage): Promise<void> {
    try {
      if ('description' in message) await this.#description(message.description);
      else await this.#candidate(message.candidate);
      this.#options.onremote?.();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends an offer again that has not been answered: it, or its answer, may have been lost. */
  repeat(): void {
    if (this.#pc.signalingState === 'have-local-offer') this.#sendLocal();
  }

  async #offer(): Promise<void> {
    try {
      this.#makingOffer = true;
      await this.#pc.setLocalDescription();
      this.#sendLocal();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#makingOffer = false;
    }
  }

  async #description(description: RTCSessionDescriptionInit): Promise<void> {
    const pc = this.#pc;
    // An offer that went out twice is answered twice.
    if (description.type === 'answer' && pc.signalingState === 'stable') return;
    const stable = pc.signalingState === 'stable' || this.#settingRemoteAnswer;
    const collision = description.type === 'offer' && (this.#makingOffer || !stable);
    this.#ignoreOffer = !this.#options.polite && collision;
    if (this.#ignoreOffer) return;
    this.#settingRemoteAnswer = description.type === 'answer';
    try {
      await pc.setRemoteDescription(description);
    } finally {
      this.#settingRemoteAnswer = false;
    }
    for (const candidate of this.#early.splice(0)) await this.#candidate(candidate);
    if (description.type !== 'offer') return;
    this.#options.onoffer?.();
    await pc.setLocalDescription();
    this.#sendLocal();
  }

  async #candidate(candidate: RTCIceCandidateInit): Promise<void> {
    // As it is now: by the time a candidate turns out to be of no use, an answer may have come in behind it.
    const ignored = this.#ignoreOffer;
    if (!this.#pc.remoteDescription) {
      if (!ignored && this.#early.length < MAX_EARLY) this.#early.push(candidate);
      return;
    }
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch (error) {
      if (!ignored) throw error;
    }
  }

  #sendLocal(): void {
    const description = this.#pc.localDescription;
    if (description) this.#options.send({ description: { type: description.type, sdp: description.sdp } });
  }

  #fail(error: unknown): void {
    // A connection that was closed meanwhile rejects whatever was under way.
    if (this.#pc.signalingState !== 'closed') this.#options.onerror(error);
  }
}
