/** What adaptors and pages are tested with. No element, no test runner, no side effect on import. */
export { VirtualClock, type ClockOptions } from './clock.js';
export type { Goal, UntilOptions } from './goals.js';
export { Network, type NetworkOptions, type PageOptions } from './network.js';
export { NetworkPage } from './network-page.js';
export type { Conditions } from './line.js';
export {
  signalingCases,
  type SignalingCase,
  type SignalingSuiteOptions,
} from './contract/signaling-cases.js';
export { describeSignaling, type TestRunner } from './contract/describe-signaling.js';
export { RecordingSink, type RecordingSinkOptions, type Told } from './contract/recording-sink.js';
export type { BreakablePage } from './contract/company.js';
export { ContractError } from './contract/expectation.js';
