/** Who waits for a decision, as far as none has been taken here. */
import type { ReactiveControllerHost } from 'lit';
import type { Knock, Knocker } from '../src/index.js';
import type { KnockRow } from './door-card.js';
import type { SourceElement } from './source-controller.js';
import { TrustPanels } from './trust-panels.js';
import { TrustMemory } from './trust.js';
import type { VerifiedPeers } from './verified-peers.js';

/** Within this, a click may be meant for what was there before the list moved. */
const SETTLING_MS = 400;

export class DoorKnocks {
  readonly #host: ReactiveControllerHost;
  readonly #trust: TrustMemory;
  readonly panels: TrustPanels<Knocker>;
  readonly #explaining = new WeakSet<Knock>();
  readonly #decided = new WeakSet<Knock>();
  #rows: readonly KnockRow[] = [];
  #movedAt = -Infinity;

  constructor(host: ReactiveControllerHost, verified: Pick<VerifiedPeers, 'find' | 'namesakeOf'>) {
    this.#host = host;
    this.#trust = new TrustMemory(verified);
    this.panels = new TrustPanels(host);
  }

  get rows(): readonly KnockRow[] {
    return this.#rows;
  }

  /** @returns who was not there before */
  read(source: SourceElement | null): readonly KnockRow[] {
    const before = this.#rows;
    const knocks = [...(source?.knocks?.values() ?? [])].filter((knock) => !this.#decided.has(knock));
    this.panels.keep(knocks.map(({ peer }) => peer));
    this.#rows = knocks.map((knock) => {
      const { peer } = knock;
      const trust = this.#trust.of(peer, source?.peerId ?? null);
      this.#trust.learn(peer, trust);
      return { knock, peer, ...trust, ...this.panels.of(peer), explaining: this.#explaining.has(knock) };
    });
    // Those that were decided on here moved under a pointer that expects it.
    if (before.some(({ knock }) => !knocks.includes(knock) && !this.#decided.has(knock))) {
      this.#movedAt = performance.now();
    }
    return this.#rows.filter(({ knock }) => before.every((row) => row.knock !== knock));
  }

  explain(knock: Knock): void {
    if (!this.#explaining.delete(knock)) this.#explaining.add(knock);
    this.#host.requestUpdate();
  }

  isExplaining(knock: Knock): boolean {
    return this.#explaining.has(knock);
  }

  /** @returns whether it counts: once for each, and not when somebody else has just slipped under the pointer */
  decide(knock: Knock, accepted: boolean, reason: string, byPointer: boolean): boolean {
    if (this.#decided.has(knock)) return false;
    if (byPointer && performance.now() - this.#movedAt < SETTLING_MS) return false;
    this.#decided.add(knock);
    if (accepted) knock.accept();
    else if (reason) knock.reject(reason);
    else knock.reject();
    this.#host.requestUpdate();
    return true;
  }
}
