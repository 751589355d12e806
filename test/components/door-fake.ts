/** A group at whose door a test knocks, or lets the page knock; what the core makes of it is for the tests between real ones. */
import { fixture } from '@open-wc/testing';
import { PeerDoorElement } from '../../components/peer-door.js';
import { PeerError } from '../../src/errors.js';
import type { Knock, KnockOutcome, Knocker } from '../../src/index.js';
import { FakeSource, idOf } from './chat-fake.js';
import { numberOf } from './status-fake.js';

export interface Decision {
  readonly name: string;
  readonly accepted: boolean;
  readonly reason: string | undefined;
}

export type FakeKnock = Pick<Knock, 'since' | 'accept' | 'reject'> & {
  readonly peer: Pick<Knocker, 'id' | 'identity' | 'displayName' | 'profile' | 'safetyNumber'>;
};

export class FakeDoorSource extends FakeSource {
  knocking = false;
  readonly knocks = new Map<string, FakeKnock>();
  readonly decisions: Decision[] = [];
  connects = 0;

  /** Somebody knocks. @param waited for so many milliseconds already */
  knock(name: string, displayName = '', waited = 0): FakeKnock {
    const id = idOf(name);
    const peer: FakeKnock['peer'] = {
      id,
      identity: id.replace(/\.\d+$/, ''),
      displayName,
      profile: {},
      safetyNumber: () => Promise.resolve(numberOf(id)),
    };
    const decide = (accepted: boolean, reason?: string): void => {
      if (this.knocks.get(id) !== knock) return;
      this.decisions.push({ name, accepted, reason });
      this.end(name, accepted ? 'accepted' : 'rejected');
    };
    const knock: FakeKnock = {
      peer,
      since: performance.now() - waited,
      accept: () => decide(true),
      reject: (reason) => decide(false, reason),
    };
    this.knocks.set(id, knock);
    this.fire('joinrequest', { peer });
    return knock;
  }

  /** Of that, no event tells: it is seen when the door is drawn anew. */
  override rename(name: string, displayName: string): void {
    Object.assign(this.knocks.get(idOf(name))!.peer, { displayName });
    this.fire('open', { id: this.peerId });
  }

  /** Somebody has decided, here or elsewhere, or the knocker is gone. */
  end(name: string, outcome: KnockOutcome): void {
    const knock = this.knocks.get(idOf(name))!;
    this.knocks.delete(idOf(name));
    this.fire('joinrequestend', { peer: knock.peer, outcome });
  }

  /** We knock ourselves. @param answering null: nothing is known yet */
  wait(answering: boolean | null = null): this {
    if (this.state !== 'connecting') this.turn('connecting');
    this.knocking = true;
    this.fire('open', { id: idOf('me') });
    if (answering !== null) this.fire('knock', { answering });
    return this;
  }

  refuse(error: PeerError = new PeerError('rejected', 'Come back tomorrow.', { final: true })): void {
    this.knocking = false;
    this.error = error;
    this.fire('error', { error });
    this.turn('failed', error);
    this.fire('close', { code: error.code, reason: error.message, error });
  }

  letIn(): void {
    this.knocking = false;
    this.enter('me');
  }

  override connect(): void {
    this.connects++;
    this.turn('connecting');
  }

  close(): void {
    this.knocking = false;
    this.leave();
  }
}

/** In a page of its own, where the names are free. */
export function register(): void {
  customElements.define('peer-group', class extends FakeDoorSource {});
  customElements.define('peer-pair', class extends FakeDoorSource {});
  customElements.define('peer-door', PeerDoorElement);
}

export interface MountedDoor {
  readonly source: FakeDoorSource;
  readonly door: PeerDoorElement;
}

/** In a group, both in the page. */
export async function mountDoor(attributes = ''): Promise<MountedDoor> {
  const box = await fixture<HTMLElement>(
    `<div><peer-group><peer-door ${attributes}></peer-door></peer-group></div>`,
  );
  const source = box.querySelector<FakeDoorSource>('peer-group')!;
  const door = box.querySelector('peer-door')!;
  await door.updateComplete;
  return { source, door };
}
