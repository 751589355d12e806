// What a bundler for browsers puts where Node's own globals are expected.
export { Buffer } from 'buffer/';
export { default as process } from 'process/browser';
