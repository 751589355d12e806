import { expect } from '@open-wc/testing';
import { MAX_THUMBNAIL, makeThumbnail, parseThumbnail } from '../../components/file-thumbnail.js';
import { makeMetadata, parseMetadata } from '../../components/files-wire.js';
import { fileOf, picture } from './files-fake.js';

/** A frame header that says how large the picture is, with nothing behind it. */
const jpeg = (width: number, height: number, before: readonly number[] = []): Uint8Array<ArrayBuffer> =>
  new Uint8Array([
    ...[0xff, 0xd8, ...before, 0xff, 0xc0, 0, 17, 8],
    ...[height >> 8, height & 255, width >> 8, width & 255, 3],
  ]);

const sizeOf = async (blob: Blob): Promise<number[]> => {
  const { width, height } = await createImageBitmap(blob);
  return [width, height];
};

describe('A thumbnail', () => {
  for (const type of ['image/png', 'image/jpeg']) {
    it(`of a ${type} is small, and in its proportions`, async () => {
      const bytes = await makeThumbnail(await picture(1200, 800, type));
      expect(bytes!.length).to.be.within(100, MAX_THUMBNAIL);
      const blob = parseThumbnail(bytes);
      expect(blob!.type).to.equal('image/jpeg');
      expect(await sizeOf(blob!)).to.deep.equal([96, 64]);
    });
  }

  it('of a small picture is no larger than that', async () => {
    expect(await sizeOf(parseThumbnail(await makeThumbnail(await picture(20, 10)))!)).to.deep.equal([20, 10]);
  });

  it('of a thread of pixels is one pixel wide', async () => {
    expect(await sizeOf(parseThumbnail(await makeThumbnail(await picture(1, 2000)))!)).to.deep.equal([1, 96]);
  });

  it('is not made of what is no picture', async () => {
    const drawing = new File(['<svg xmlns="http://www.w3.org/2000/svg"/>'], 'a.svg', {
      type: 'image/svg+xml',
    });
    for (const file of [
      fileOf('a.txt'),
      fileOf('a.png', 100, 'image/png'),
      fileOf('', 0, 'image/png'),
      drawing,
    ]) {
      expect(await makeThumbnail(file), file.name).to.equal(null);
      expect(await makeMetadata(file)).to.deep.equal({});
    }
  });
});

describe('Of what a peer calls a thumbnail', () => {
  it('a small JPEG is taken', () => {
    expect(parseThumbnail(jpeg(96, 64))!.type).to.equal('image/jpeg');
    expect(parseThumbnail(jpeg(256, 256).buffer)!.size).to.equal(jpeg(1, 1).length);
    expect(parseThumbnail(jpeg(96, 64, [0xff, 0xe0, 0, 4, 1, 2])), 'tables first').not.to.equal(null);
  });

  it('nothing else is', async () => {
    const png = new Uint8Array(await (await picture(8, 8)).arrayBuffer());
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    const hostile: readonly unknown[] = [
      undefined,
      null,
      'data:image/jpeg;base64,AAAA',
      'https://a.example/track.jpg',
      { length: 4 },
      [0xff, 0xd8],
      new Blob([jpeg(9, 9)]),
      new Uint8Array(),
      new Uint8Array([0xff]),
      new Uint8Array([0xff, 0xd8]),
      new Uint8Array([0xff, 0xd8, 0xff, 0xc0, 0, 17]),
      new Uint8Array(MAX_THUMBNAIL).fill(0xff),
      new Uint8Array([0xff, 0xd8, ...Array<number>(4000).fill(0xff)]),
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 1, 2, 3, 4, 5, 6]),
      new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0, 0, 0, 0, 0]),
      png,
      text('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
      text('<html>'),
      jpeg(257, 10),
      jpeg(10, 257),
      jpeg(65_535, 65_535),
      jpeg(0, 10),
      jpeg(10, 0),
      new Uint16Array(jpeg(9, 9)),
      Uint8Array.from([...jpeg(9, 9), ...Array<number>(MAX_THUMBNAIL).fill(0)]),
    ];
    for (const [index, value] of hostile.entries())
      expect(parseThumbnail(value), String(index)).to.equal(null);
  });

  it('the bytes are copied: what comes after does not change them', async () => {
    const bytes = jpeg(9, 9);
    const blob = parseThumbnail(bytes)!;
    bytes.fill(0);
    expect([...new Uint8Array(await blob.arrayBuffer())]).to.deep.equal([...jpeg(9, 9)]);
  });

  it('metadata may be anything', () => {
    for (const value of [
      undefined,
      null,
      1,
      'x',
      [],
      {},
      { thumbnail: 'x' },
      { thumbnail: { type: 'image/png' } },
    ]) {
      expect(parseMetadata(value)).to.equal(null);
    }
    expect(parseMetadata({ thumbnail: jpeg(9, 9), more: 1 })!.type).to.equal('image/jpeg');
  });
});
