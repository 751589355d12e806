import { expect } from '@open-wc/testing';
import { parseMedia } from '../../../src/media/wire.js';

const muted = { audio: false, video: true };
const track = { kind: 'audio', mid: '1' };
const word = (...streams: readonly unknown[]) => ({ link: 'abc', muted, streams });
const many = (count: number, kind: string) => Array.from({ length: count }, () => ({ kind, mid: null }));

describe('What is said of streams', () => {
  it('is taken as it is meant', () => {
    const full = word(
      { key: 1, metadata: { label: 'screen' }, tracks: [track, { kind: 'video', mid: null }] },
      { key: 2, metadata: undefined, tracks: many(3, 'audio') },
    );
    expect(parseMedia(full)).to.deep.equal(full);
    expect(parseMedia(word())).to.deep.equal(word());
  });

  it('leaves out what nobody knows', () => {
    const stream = { key: 1, metadata: 1, tracks: [{ ...track, more: 1 }], more: 1 };
    const said = { ...word(stream), more: 1, muted: { ...muted, more: 1 } };
    expect(parseMedia(said)).to.deep.equal(word({ key: 1, metadata: 1, tracks: [track] }));
  });

  const refused: Record<string, unknown> = {
    nothing: null,
    'a list': [],
    'no streams': { link: '', muted },
    'no word of muting': { link: '', streams: [] },
    'a link that is none': { ...word(), link: 7 },
    'a link too long': { ...word(), link: 'x'.repeat(33) },
    'something half muted': { ...word(), muted: { audio: 1, video: false } },
    'a stream that is none': word(null),
    'a stream of nothing': word({ key: 1, tracks: [] }),
    'a key that is none': word({ key: '1', tracks: [track] }),
    'one key twice': word({ key: 1, tracks: [track] }, { key: 1, tracks: [{ ...track, mid: '2' }] }),
    'one track in two streams': word({ key: 1, tracks: [track] }, { key: 2, tracks: [track] }),
    'a track of smell': word({ key: 1, tracks: [{ kind: 'smell', mid: '1' }] }),
    'a mid that is none': word({ key: 1, tracks: [{ kind: 'audio', mid: 1 }] }),
    'a mid too long': word({ key: 1, tracks: [{ kind: 'audio', mid: '1'.repeat(17) }] }),
    'five pictures': word({ key: 1, tracks: many(2, 'video') }, { key: 2, tracks: many(3, 'video') }),
    'a thousand streams': word(...Array.from({ length: 1000 }, (_, key) => ({ key, tracks: [track] }))),
    'large metadata': word({ key: 1, metadata: 'x'.repeat(4100), tracks: [track] }),
  };
  for (const [what, value] of Object.entries(refused)) {
    it(`is not ${what}`, () => {
      expect(parseMedia(value)).to.equal(null);
    });
  }
});
