/** Where each tile of `<peer-video>` goes: as large as they can all be. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** In pixels from the corner where lines begin. */
export interface Rect extends Size {
  readonly x: number;
  readonly y: number;
}

export interface Grid extends Size {
  readonly columns: number;
  readonly rows: number;
}

/** Between tiles, in pixels. */
export const GAP = 8;

const WIDEST = 16 / 9;
/** Rather than leave space empty, a picture is cut at its sides: a little, or more where the space is upright. */
const narrowest = ({ width, height }: Size): number => (width < height ? 3 / 4 : 4 / 3);

/** The part of the space that goes to those that nobody looks at, while one is large. */
const STRIP = 0.2;
const STRIP_LEAST = 84;

const times = (count: number, size: number): number => count * size + (count - 1) * GAP;

/** How large one of as many tiles can be in this many columns. */
function gridOf(columns: number, count: number, space: Size, least: number): Grid {
  const rows = Math.ceil(count / columns);
  const width = Math.max(0, (space.width - (columns - 1) * GAP) / columns);
  const height = Math.max(0, (space.height - (rows - 1) * GAP) / rows);
  return {
    columns,
    rows,
    width: Math.floor(Math.min(width, height * WIDEST)),
    height: Math.floor(Math.min(height, width / least)),
  };
}

/** A grid that holds as many tiles, 16:9 or narrower, and makes each as large as possible. */
export function gridFor(count: number, space: Size, least = narrowest(space)): Grid {
  let best = gridOf(1, count, space, least);
  for (let columns = 2; columns <= count; columns++) {
    const grid = gridOf(columns, count, space, least);
    // As good as equal, the one without holes looks better.
    const worth = ({ width, height, columns: c, rows }: Grid): number =>
      width * height * (0.85 + (0.15 * count) / (c * rows));
    if (worth(grid) > worth(best)) best = grid;
  }
  return best;
}

/** Tiles in rows, in the middle of a space; a last row that is not full, too. */
function fill(count: number, space: Rect, least?: number): Rect[] {
  const { columns, rows, width, height } = gridFor(count, space, least);
  const top = space.y + (space.height - times(rows, height)) / 2;
  return Array.from({ length: count }, (_, at) => {
    const row = Math.floor(at / columns);
    const inRow = Math.min(columns, count - row * columns);
    const start = space.x + (space.width - times(inRow, width)) / 2;
    return {
      x: Math.round(start + (at % columns) * (width + GAP)),
      y: Math.round(top + row * (height + GAP)),
      width,
      height,
    };
  });
}

/**
 * @param large for each tile, whether it is one to look at; the others then share a strip beside it, or below
 * @returns where each goes, in the same order
 */
export function arrange(large: readonly boolean[], space: Size): Rect[] {
  const whole = { ...space, x: 0, y: 0 };
  const featured = large.filter(Boolean).length;
  const others = large.length - featured;
  if (!featured || !others) return fill(large.length, whole, featured ? WIDEST : undefined);
  const beside = space.width > space.height * 1.1;
  const length = beside ? space.width : space.height;
  const strip = Math.round(Math.min(Math.max(length * STRIP, STRIP_LEAST), length / 2));
  const main = length - strip - GAP;
  const split: readonly [Rect, Rect] = beside
    ? [
        { ...whole, width: main },
        { ...whole, x: main + GAP, width: strip },
      ]
    : [
        { ...whole, height: main },
        { ...whole, y: main + GAP, height: strip },
      ];
  const shown = fill(featured, split[0]);
  const rest = fill(others, split[1], 1);
  return large.map((is) => (is ? shown : rest).shift() ?? whole);
}

/**
 * Whether a picture that covers its tile loses too much of itself, and is shown whole, with bars beside it. At its sides
 * there is less to lose than above and below.
 */
export const isCut = (picture: number, tile: number): boolean =>
  picture < tile ? picture / tile < 0.55 : tile / picture < 0.4;
