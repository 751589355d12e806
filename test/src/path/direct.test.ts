import { expect } from '@open-wc/testing';
import type { PeerError } from '../../../src/errors.js';
import { DirectPath, type Binding } from '../../../src/path/direct.js';
import { until } from '../../support/until.js';

type Proof = Uint8Array<ArrayBuffer>;
interface Side {
  readonly path: DirectPath;
  readonly told: string[];
}

const own = (): Promise<Proof> => Promise.resolve(new Uint8Array([1]));
const honest: Binding = { prove: own, verify: () => Promise.resolve(true) };
/** What the connection is closed under, in the middle of it. */
const closing =
  <T>(connection: () => RTCPeerConnection | undefined, result: T) =>
  (): Promise<T> => {
    connection()?.close();
    return Promise.resolve(result);
  };

describe('DirectPath', () => {
  const sides: Side[] = [];
  afterEach(() => {
    for (const { path } of sides.splice(0)) path.close();
  });

  function makeSide(polite: boolean, binding: Binding, other: () => Side | undefined): Side {
    const told: string[] = [];
    const path = new DirectPath(
      { polite, connection: new RTCPeerConnection(), timeout: 15_000, binding },
      {
        signal: (message) => other()?.path.receive(message),
        opened: () => told.push('opened'),
        frame: (frame) => told.push(typeof frame === 'string' ? frame : 'bytes'),
        drain: () => undefined,
        interrupted: () => undefined,
        closed: ({ code }: PeerError) => told.push(code),
      },
    );
    const side = { path, told };
    sides.push(side);
    return side;
  }

  function connect(binding: (connection: () => RTCPeerConnection | undefined) => Partial<Binding>): {
    one: Side;
    two: Side;
  } {
    const one: Side = makeSide(true, honest, () => two);
    const two: Side = makeSide(
      false,
      { ...honest, ...binding(() => sides.at(-1)?.path.connection) },
      () => one,
    );
    one.path.start();
    return { one, two };
  }

  it('opens once both have proved themselves, and takes frames from then on', async () => {
    const { one, two } = connect(() => ({}));
    await until(() => one.path.isOpen && two.path.isOpen, { what: 'both open' });
    one.path.send('hello');
    await until(() => two.told.includes('hello'), { what: 'a frame' });
    expect([one.told, two.told]).to.deep.equal([['opened'], ['opened', 'hello']]);
  });

  it('trusts nobody whose proof does not fit, and says so', async () => {
    const { two } = connect(() => ({ verify: () => Promise.resolve(false) }));
    await until(() => two.told.length > 0, { what: 'an end' });
    expect(two.told).to.deep.equal(['untrusted']);
  });

  it('accuses nobody when it is closed while it proves itself', async () => {
    const { two } = connect((connection) => ({ prove: closing(connection, new Uint8Array([1])) }));
    await until(() => two.told.at(-1) === 'gone', { what: 'an end' });
    expect(two.told).not.to.include('untrusted');
  });

  it('accuses nobody when it is closed while the other is checked', async () => {
    const { two } = connect((connection) => ({ verify: closing(connection, false) }));
    await until(() => two.told.at(-1) === 'gone', { what: 'an end' });
    expect(two.told).not.to.include('untrusted');
  });
});
