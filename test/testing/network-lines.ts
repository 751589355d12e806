/** Pages of a virtual network whose connection can be taken away. */
import type { BreakablePage, Network, NetworkPage } from '../../src/testing/index.js';

export const breakableOf = (network: Network) => (): BreakablePage & { readonly signaling: NetworkPage } => {
  const page = network.page();
  return {
    signaling: page,
    cut: () => {
      page.cut();
    },
    mend: () => {
      page.mend();
    },
  };
};
