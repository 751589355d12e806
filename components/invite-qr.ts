/** A text as a QR code: the one place that knows who encodes it. */
import { generate } from 'lean-qr/nano';

/** Modules of white around the code, which the standard asks for: readers look for that edge. */
const QUIET = 4;

export interface QrDrawing {
  /** Modules on each side, with the quiet zone. */
  readonly size: number;
  /** The dark ones as a path in units of one module: the runs of each row. */
  readonly path: string;
}

/**
 * Draws a text as a QR code, as `<peer-invite>` does: black on white, as `d` of a path in an SVG whose viewBox is `0 0 size size`.
 * @param text up to 2953 bytes of UTF-8; the fewer, the larger its modules (ISO/IEC 18004)
 * @returns null for a text that is too long for any code
 */
export function drawQr(text: string): QrDrawing | null {
  let code: ReturnType<typeof generate>;
  try {
    code = generate(text);
  } catch {
    return null;
  }
  const { size } = code;
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const start = x;
      while (code.get(x, y)) x++;
      if (x > start) path += `M${start + QUIET} ${y + QUIET}h${x - start}v1H${start + QUIET}z`;
    }
  }
  return { size: size + 2 * QUIET, path };
}
