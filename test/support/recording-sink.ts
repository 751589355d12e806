/** A signalling sink that writes down what it is told, for tests of adaptors. */
export { RecordingSink, type Told } from '../../src/testing/contract/recording-sink.js';
