import { expect } from '@open-wc/testing';
import { PeerError } from '../../src/errors.js';
import { unreachableError } from '../../src/peer-errors.js';

describe('What is said of a peer that cannot be reached', () => {
  const silence = new PeerError('timeout', 'This peer does not answer.');

  it('is that it is silent, where it need not be reached directly', () => {
    const error = unreachableError('id', silence, false);
    expect(error).to.include({
      code: 'negotiation-failed',
      message: 'This peer does not answer.',
      cause: silence,
    });
    expect(error.peers).to.deep.equal(['id']);
  });

  it('is that there is no direct path, where only that would do', () => {
    for (const cause of [silence, new PeerError('negotiation-failed', 'ICE failed.')]) {
      expect(unreachableError('id', cause, true).message).to.include('No direct path');
    }
  });
});
