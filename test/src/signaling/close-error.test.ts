import { expect } from '@open-wc/testing';
import { closeError } from '../../../src/signaling/close-error.js';

describe('What a close code means', () => {
  for (const [code, name, final] of [
    [1006, 'unreachable', false],
    [1012, 'unreachable', false],
    [4008, 'unreachable', false],
    [4400, 'protocol', true],
    [4401, 'refused', true],
    [4403, 'refused', true],
    [4409, 'replaced', true],
    [4429, 'rate-limited', false],
  ] as const) {
    it(`${String(code)} is ${name}${final ? ', finally' : ''}`, () => {
      const error = closeError(code, 'because');
      expect(error.code).to.equal(name);
      expect(error.final).to.equal(final);
      expect(error.message).to.include('because');
    });
  }
});
