import { expect } from '@open-wc/testing';
import { keptIdentity } from '../../src/identity.js';
import { identityOf } from '../../src/protocol.js';
import { until } from '../support/until.js';

/** Another page of this browser: it says which id it has. */
class OtherPage {
  readonly frame = document.createElement('iframe');

  constructor() {
    this.frame.srcdoc = `<script type="module">
      const { keptIdentity } = await import('/src/identity.ts');
      document.body.dataset.id = (await keptIdentity()).id;
    </script>`;
    document.body.append(this.frame);
  }

  get id(): Promise<string> {
    return until(() => this.frame.contentDocument?.body.dataset['id'], { what: 'the id of another page' });
  }

  close(): void {
    this.frame.remove();
  }
}

describe('An identity that is kept', () => {
  let own: string;
  before(async () => {
    own = (await keptIdentity()).id;
  });

  it('is the same for all pages, each with a slot of its own', async () => {
    const others = [new OtherPage(), new OtherPage()];
    const ids = await Promise.all(others.map(({ id }) => id));
    expect(new Set([own, ...ids].map(identityOf)).size).to.equal(1);
    expect([own, ...ids].map((id) => id.slice(43)).sort()).to.deep.equal(['', '.1', '.2']);
    for (const other of others) other.close();
  });

  it('gives a slot that has become free to the next page', async () => {
    const first = new OtherPage();
    const id = await first.id;
    expect(id).not.to.equal(own);
    first.close();
    const next = new OtherPage();
    expect(await next.id).to.equal(id);
    next.close();
  });

  it('signs with a key that cannot be read', async () => {
    const database = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('peer-elements');
      opening.onsuccess = () => {
        resolve(opening.result);
      };
    });
    const stored = await new Promise<CryptoKeyPair>((resolve) => {
      const request = database.transaction('keys').objectStore('keys').get('identity');
      request.onsuccess = () => {
        resolve(request.result as CryptoKeyPair);
      };
    });
    database.close();
    expect(stored.privateKey.extractable).to.equal(false);
    const refused: unknown = await crypto.subtle
      .exportKey('pkcs8', stored.privateKey)
      .catch((error: unknown) => error);
    expect(refused).to.be.an.instanceOf(DOMException);
  });

  it('is replaced by one for this page where the browser keeps nothing', async () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
    Object.defineProperty(globalThis, 'indexedDB', {
      configurable: true,
      get() {
        throw new DOMException('not in this window', 'SecurityError');
      },
    });
    const { id, slot } = await keptIdentity();
    if (descriptor) Object.defineProperty(globalThis, 'indexedDB', descriptor);
    expect(identityOf(id)).not.to.equal(identityOf(own));
    expect(slot).to.equal(0);
  });
});
