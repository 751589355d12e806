import { expect } from '@open-wc/testing';
import { GAP, arrange, gridFor, isCut, type Rect, type Size } from '../../components/video-layout.js';

const SPACES: Record<string, Size> = {
  'a wide window': { width: 1264, height: 700 },
  'a telephone': { width: 344, height: 480 },
  'a telephone on its side': { width: 780, height: 300 },
  'a square': { width: 600, height: 600 },
  'a narrow column': { width: 222, height: 700 },
};

const area = ({ width, height }: Size): number => width * height;
const shape = ({ width, height }: Size): number => width / height;

function overlap(one: Rect, other: Rect): boolean {
  const beside = one.x + one.width <= other.x || other.x + other.width <= one.x;
  const above = one.y + one.height <= other.y || other.y + other.height <= one.y;
  return !beside && !above;
}

/** Inside the space, and none on top of another. */
function expectSound(rects: readonly Rect[], { width, height }: Size): void {
  for (const [at, rect] of rects.entries()) {
    expect(rect.width, `tile ${at}`).to.be.greaterThan(20);
    expect(rect.height, `tile ${at}`).to.be.greaterThan(20);
    expect(rect.x, `tile ${at}`).to.be.at.least(0);
    expect(rect.y, `tile ${at}`).to.be.at.least(0);
    expect(rect.x + rect.width, `tile ${at}`).to.be.at.most(width + 1);
    expect(rect.y + rect.height, `tile ${at}`).to.be.at.most(height + 1);
    for (const other of rects.slice(at + 1)) expect(overlap(rect, other), `tile ${at}`).to.equal(false);
  }
}

const none = (count: number): boolean[] => Array.from({ length: count }, () => false);

describe('The grid of tiles', () => {
  for (const [name, space] of Object.entries(SPACES)) {
    it(`holds 1 to 12 of one size in ${name}`, () => {
      for (let count = 1; count <= 12; count++) {
        const rects = arrange(none(count), space);
        expectSound(rects, space);
        expect(new Set(rects.map(({ width, height }) => `${width}x${height}`)).size).to.equal(1);
        expect(shape(rects[0]!)).to.be.within(0.74, 16 / 9 + 0.03);
      }
    });

    it(`makes good use of ${name}`, () => {
      for (let count = 1; count <= 12; count++) {
        const used = arrange(none(count), space).reduce((sum, rect) => sum + area(rect), 0);
        expect(used / area(space), `${count} tiles`).to.be.greaterThan(count > 1 ? 0.5 : 0.4);
      }
    });

    it(`leaves no better number of columns in ${name}`, () => {
      for (let count = 1; count <= 12; count++) {
        const { columns, rows, width, height } = gridFor(count, space);
        expect(columns * rows).to.be.at.least(count);
        expect(columns * width + (columns - 1) * GAP).to.be.at.most(space.width);
        expect(rows * height + (rows - 1) * GAP).to.be.at.most(space.height);
        for (let other = 1; other <= count; other++) {
          const lines = Math.ceil(count / other);
          const room = {
            width: (space.width - (other - 1) * GAP) / other,
            height: (space.height - (lines - 1) * GAP) / lines,
          };
          // Of 16:9 that anybody would draw there; a hole may cost a little.
          const plain = Math.min(room.width, (room.height * 16) / 9);
          expect(width * height, `${count} in ${other} columns`).to.be.at.least(
            (plain * plain * 9 * 0.85) / 16 - 2000,
          );
        }
      }
    });
  }

  it('puts two side by side where it is wide, and one above the other where it is high', () => {
    expect(gridFor(2, { width: 1200, height: 600 }).columns).to.equal(2);
    expect(gridFor(2, { width: 340, height: 480 }).columns).to.equal(1);
    expect(gridFor(4, { width: 1200, height: 700 })).to.include({ columns: 2, rows: 2 });
    expect(gridFor(9, { width: 1200, height: 700 })).to.include({ columns: 3, rows: 3 });
  });

  it('keeps a single picture as it is: 16:9', () => {
    expect(shape(gridFor(1, { width: 1600, height: 500 }))).to.be.closeTo(16 / 9, 0.01);
  });

  it('puts a last row that is not full in the middle', () => {
    const [first, second, third] = arrange(none(3), { width: 1000, height: 620 }) as [Rect, Rect, Rect];
    expect(first.y).to.equal(second.y);
    expect(third.y).to.be.greaterThan(first.y);
    expect(third.x + third.width / 2).to.be.closeTo(500, 1);
  });

  it('has nothing to do without tiles or without room', () => {
    expect(arrange([], { width: 100, height: 100 })).to.deep.equal([]);
    const [rect] = arrange([false], { width: 0, height: 0 });
    expect(rect).to.include({ width: 0, height: 0 });
    expect(arrange(none(12), { width: 10, height: 10 }).every(({ width }) => width >= 0)).to.equal(true);
  });
});

describe('With one to look at', () => {
  for (const [name, space] of Object.entries(SPACES)) {
    it(`that one is the largest, and the others fit beside or below it, in ${name}`, () => {
      for (let count = 2; count <= 12; count++) {
        const at = count % 3;
        const rects = arrange(
          none(count).map((_, index) => index === Math.min(at, count - 1)),
          space,
        );
        expectSound(rects, space);
        const [large, ...rest] = [...rects].sort((one, other) => area(other) - area(one));
        expect(large).to.equal(rects[Math.min(at, count - 1)]);
        for (const rect of rest) expect(area(large!)).to.be.greaterThan(area(rect) * 1.9);
      }
    });
  }

  it('shares the large part between several', () => {
    const space = { width: 1200, height: 700 };
    const rects = arrange([true, false, true, false], space);
    expectSound(rects, space);
    expect(rects[0]).to.include({ width: rects[2]!.width, height: rects[2]!.height });
    expect(area(rects[0]!)).to.be.greaterThan(area(rects[1]!) * 3);
  });

  it('is a grid when all are large', () => {
    const space = { width: 1200, height: 700 };
    expectSound(arrange([true, true], space), space);
  });
});

describe('A picture', () => {
  it('covers its tile unless too much of it were lost', () => {
    expect(isCut(16 / 9, 16 / 9)).to.equal(false);
    expect(isCut(4 / 3, 16 / 9)).to.equal(false);
    expect(isCut(16 / 9, 4 / 3)).to.equal(false);
    expect(isCut(16 / 9, 3 / 4), 'a face in the middle of a wide picture').to.equal(false);
    expect(isCut(9 / 16, 16 / 9), 'a telephone held upright').to.equal(true);
    expect(isCut(3, 3 / 4), 'a panorama').to.equal(true);
  });
});
