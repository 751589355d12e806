/** Names, sizes and kinds of files, made harmless and readable. */

export const MAX_FILE_NAME = 120;
const MAX_EXTENSION = 12;

// Controls, direction overrides and other invisible characters; the two joiners belong to scripts and emoji.
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu;
/** What separates folders, or means something else to one system or another. */
const SPECIAL = /[/\\:*?"<>|]/g;

/** The ending with its dot, empty where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  return extension.length <= MAX_EXTENSION && !extension.includes(' ') ? extension : '';
}

/**
 * A name under which a file may be shown and saved, whatever its sender called it: one line, no folder, nothing
 * invisible, not hidden, at most 120 characters and its ending among them. Empty where nothing is left.
 */
export function cleanFileName(value: unknown): string {
  if (typeof value !== 'string') return '';
  const name = value
    // More than any file system allows need not be looked at.
    .slice(-4096)
    .replaceAll(/[\t-\r]+/g, ' ')
    .replaceAll(INVISIBLE, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(SPECIAL, '_')
    .replaceAll(/^[.\s]+|[.\s]+$/g, '');
  if (name.length <= MAX_FILE_NAME) return name;
  const extension = extensionOf(name);
  const stem = name.slice(0, MAX_FILE_NAME - extension.length - 1);
  // Half a character is none.
  return `${stem.replace(/[\ud800-\udbff]$/, '').trimEnd()}…${extension}`;
}

/** Images that browsers only draw; a drawing that could contain more than pixels is not among them. */
const RASTER: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'];

export const isRaster = (mediaType: string): boolean => RASTER.includes(mediaType);

/** A few letters that tell the kind of a file: its ending, else what its type says. */
export function kindOf(name: string, mediaType: string): string {
  const ending = extensionOf(name).slice(1);
  const kind = ending || (/^[\w.+-]+\/(?:x-)?([\w+-]+)$/.exec(mediaType)?.[1] ?? '');
  return kind.slice(0, 4).toUpperCase();
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** In the reader's language and a unit that suits it. @param bytes at least 0 */
export function formatSize(bytes: number): string {
  let step = 0;
  // As it will be rounded: 999 950 are a megabyte, not a thousand kilobytes.
  while (step < UNITS.length - 1 && bytes >= 999.5 * 1000 ** step) step++;
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: UNITS[step] ?? 'byte',
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** step);
}

export const formatPercent = (fraction: number): string =>
  new Intl.NumberFormat(undefined, { style: 'percent' }).format(Math.floor(fraction * 100) / 100);

const inUnit = (value: number, unit: string): string =>
  new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'short' }).format(value);

/** As exact as anybody wants to know it. @param seconds at least 0 */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return inUnit(Math.max(1, Math.ceil(seconds)), 'second');
  if (seconds < 60) return inUnit(Math.ceil(seconds / 5) * 5, 'second');
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return inUnit(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${inUnit(hours, 'hour')} ${inUnit(minutes % 60, 'minute')}`
    : inUnit(Math.round(hours / 24), 'day');
}
