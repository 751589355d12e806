/** Files of directories, over HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import sirv from 'sirv';

/** Whether any part of the path, once decoded, begins with a dot: `..`, `.git`, `.env`. */
function hasDots(pathname: string): boolean {
  try {
    return /[/\\]\./.test(decodeURIComponent(pathname));
  } catch {
    return true; // No valid encoding.
  }
}

/** sirv takes a range at its word: one that no file can satisfy would throw. Without it the file comes whole. */
function dropOddRange({ headers }: IncomingMessage): void {
  const [, start, end] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(headers.range ?? '') ?? [];
  if (start === undefined || (end && Number(end) < Number(start))) delete headers.range;
}

/** What can go wrong with a file after sirv has found it is nobody's business but this response's. */
function guardPipe(response: ServerResponse): void {
  response.once('pipe', (file: Readable & { end?: number }) => {
    // One that grows while it is read must not outgrow the length its head has promised: what is too much would be
    // taken for the next response.
    const length = Number(response.getHeader('Content-Length'));
    if (file.end === Infinity && Number.isInteger(length)) file.end = length - 1;
    file.on('error', () => response.destroy());
    response.once('close', () => file.destroy());
  });
}

type Handler = ReturnType<typeof sirv>;

/**
 * Directories as one handler. Outside of production a file is looked up when it is asked for, so that a rebuilt one
 * is seen at once; in production they are listed once, at the start.
 */
function serveDirectories(directories: readonly string[]): Handler[] {
  const dev = process.env['NODE_ENV'] !== 'production';
  const present = dev ? directories : directories.filter((directory) => existsSync(directory));
  return present.map((directory) => sirv(directory, { dev, etag: true }));
}

/**
 * Answers with a file of `directories`, the first that has it.
 * @returns a function that calls `rest` where there is none
 */
export function createFiles(
  directories: readonly string[],
): (request: IncomingMessage, response: ServerResponse, pathname: string, rest: () => void) => void {
  const handlers = serveDirectories(directories);
  return (request, response, pathname, rest) => {
    if (handlers.length === 0 || hasDots(pathname)) return rest();
    // A page of any origin may load the bundle, with `integrity` too, which needs a CORS response.
    if (/\.(?:m?js|map)$/.test(pathname)) response.setHeader('Access-Control-Allow-Origin', '*');
    dropOddRange(request);
    guardPipe(response);
    handlers.reduceRight<() => void>((next, handler) => () => handler(request, response, next), rest)();
  };
}
