/** What pages are tested with, in a browser; what is not of browsers is tested in test/testing. */
import { expect } from '@open-wc/testing';
import '../../../components/define.js';
import { describeSignaling, Network, VirtualClock } from '../../../src/testing/index.js';
import { breakableOf } from '../../testing/network-lines.js';

const network = new Network({ delay: 2 });
describeSignaling('a virtual network', { page: () => network.page(), breakable: breakableOf(network) });

describe('A virtual clock in a browser', () => {
  let clock: VirtualClock;
  beforeEach(() => {
    clock = new VirtualClock().install();
  });
  afterEach(() => {
    clock.uninstall();
  });

  it('has timers that are numbers, and frames', async () => {
    const log: unknown[] = [];
    const never: unknown = setTimeout(() => log.push('never'), 5);
    expect(never).to.be.a('number');
    clearTimeout(never as number);
    const begun = performance.now();
    requestAnimationFrame((time) => log.push(time - begun));
    cancelAnimationFrame(requestAnimationFrame(() => log.push('never')));
    const repeated = setInterval(() => log.push(Date.now() - clock.now), 20);
    await clock.advance(50);
    clearInterval(repeated);
    expect(log).to.deep.equal([16, 0, 0]);
  });

  it('lets cryptography and what it brings about happen between two timers', async () => {
    const log: unknown[] = [];
    for (const size of [1 << 22, 1]) {
      void crypto.subtle.digest('SHA-256', new Uint8Array(size)).then(() => log.push(size));
    }
    setTimeout(() => log.push('timer'), 1);
    await clock.advance(1);
    expect(log).to.deep.equal([1 << 22, 1, 'timer']);
  });

  it('has elements meet on a network, part and meet again in no time', async () => {
    const place = new Network({ seed: 3, loss: 0.1 });
    const pages = [place.page(), place.page()] as const;
    const groups = pages.map((signaling) => {
      const group = document.createElement('peer-group');
      Object.assign(group, { signaling, transport: 'relay', room: 'tea' });
      document.body.append(group);
      return group;
    });
    const sizes = (): number[] => groups.map(({ peers }) => peers.size);
    await clock.until(() => sizes().every((size) => size === 1));
    place.partition([pages[0]], [pages[1]]);
    await clock.advance(120_000);
    expect(sizes()).to.deep.equal([0, 0]);
    place.heal();
    await clock.until(() => sizes().every((size) => size === 1));
    for (const group of groups) group.remove();
    await clock.settle();
  });

  it('is gone when it is uninstalled', async () => {
    clock.uninstall();
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise(requestAnimationFrame);
    expect(Date.now()).to.be.above(Date.UTC(2020, 0, 1));
  });
});
