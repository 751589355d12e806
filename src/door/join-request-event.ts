/** Somebody asks to come in. */
import type { Knock, Knocker } from './knock.js';

const UNDECIDED = 'The page that was asked could not decide.';

/** `accept()` or `reject()` decide, at once or later; `respondWith()` leaves it to a promise. */
export class JoinRequestEvent extends CustomEvent<{ readonly peer: Knocker }> {
  readonly #knock: Knock;

  /** @internal */
  constructor(knock: Knock) {
    // Whether anybody looks shows whether anybody listens.
    const detail = {
      get peer() {
        return knock.peer;
      },
    };
    super('joinrequest', { detail });
    this.#knock = knock;
  }

  /** Lets it in. Nothing happens where somebody else has decided before. */
  accept(): void {
    this.#knock.accept();
  }

  /** As `Knock.reject()`. @throws {TypeError} too long a reason */
  reject(reason = ''): void {
    this.#knock.reject(reason);
  }

  /**
   * Decides by what comes of it: only `true` lets it in. A rejection does not.
   * @param decision a boolean, or a promise of one
   * @throws {DOMException} `InvalidStateError` when the event has been dispatched
   */
  respondWith(decision: boolean | PromiseLike<boolean>): void {
    if (this.eventPhase === Event.NONE) {
      throw new DOMException('Respond before the listener returns.', 'InvalidStateError');
    }
    this.stopImmediatePropagation();
    void this.detail.peer;
    Promise.resolve(decision).then(
      (accepted: unknown) => {
        if (accepted === true) this.accept();
        else this.reject();
      },
      () => {
        this.reject(UNDECIDED);
      },
    );
  }
}
