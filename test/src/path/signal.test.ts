import { expect } from '@open-wc/testing';
import { encodeSignal, parseSignal } from '../../../src/path/signal.js';

const candidate = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u' };
const bytes = (text: string) => new TextEncoder().encode(text);

describe('Signals between two paths', () => {
  for (const message of [{ description: { type: 'offer' as const, sdp: 'v=0' } }, { candidate }]) {
    it(`carry a ${Object.keys(message).join('')}`, () => {
      expect(parseSignal(encodeSignal({ link: 'abc', message }))).to.deep.equal({ link: 'abc', message });
    });
  }

  it('fill in what a candidate may leave out', () => {
    const parsed = parseSignal(bytes('{"link":"a","candidate":{"candidate":""}}'));
    expect(parsed?.message).to.deep.equal({
      candidate: { candidate: '', sdpMid: null, sdpMLineIndex: null, usernameFragment: null },
    });
  });

  const refused = [
    '',
    '{',
    'null',
    '[]',
    '{}',
    '{"link":"a"}',
    '{"link":"","candidate":{"candidate":""}}',
    '{"link":"../","candidate":{"candidate":""}}',
    '{"link":7,"candidate":{"candidate":""}}',
    '{"link":"a","candidate":{}}',
    '{"link":"a","candidate":{"candidate":7}}',
    '{"link":"a","candidate":{"candidate":"","sdpMid":7}}',
    '{"link":"a","candidate":{"candidate":"","usernameFragment":{}}}',
    `{"link":"a","candidate":{"candidate":"${'x'.repeat(1001)}"}}`,
    '{"link":"a","description":{}}',
    '{"link":"a","description":{"type":"rollback","sdp":""}}',
    '{"link":"a","description":{"type":"pranswer","sdp":""}}',
    '{"link":"a","description":{"type":"offer","sdp":7}}',
    `{"link":"a","description":{"type":"offer","sdp":"${'x'.repeat(60_001)}"}}`,
    `{"link":"a","description":{"type":"offer","sdp":"${'\\nm=audio'.repeat(10)}"}}`,
  ];
  for (const text of refused) {
    it(`are not ${text.slice(0, 70) || 'nothing'}`, () => {
      expect(parseSignal(bytes(text))).to.equal(null);
    });
  }

  it('are not bad UTF-8', () => {
    expect(parseSignal(new Uint8Array([0xc3, 0x28]))).to.equal(null);
  });
});
