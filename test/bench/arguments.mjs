/** What all benchmark commands do with their arguments. */
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Something that nobody could have meant. */
export class UsageError extends Error {}

/** @param {readonly (readonly [string, string])[]} entries */
export const lines = (entries) => {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, what]) => `  ${name.padEnd(width)}  ${what}`).join('\n');
};

/** `given`, all of which are among `all`. @throws {UsageError} */
export function known(what, given, all) {
  const unknown = given.filter((name) => !all.includes(name));
  if (unknown.length === 0) return given;
  const named = unknown.map((name) => `"${name}"`).join(', ');
  throw new UsageError(`Unknown ${what}: ${named}. There are: ${all.join(', ')}.`);
}

/** @param {{ least: number, most: number }} range @throws {UsageError} */
export function whole(name, text, { least, most }) {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${name} takes a whole number from ${least} to ${most}, not "${text}".`);
}

/** Known before an hour is spent on what could not be written. @throws {UsageError} */
export function writable(name, path) {
  if (path === undefined) return undefined;
  try {
    accessSync(dirname(resolve(path)), constants.W_OK);
    return path;
  } catch {
    throw new UsageError(`--${name}: nothing can be written to "${dirname(resolve(path))}".`);
  }
}

/** Each option takes a value, except `help`. @param {readonly string[]} names @throws {UsageError} */
export function parse(args, names) {
  const types = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...types, help: { type: 'boolean' } } });
  } catch (error) {
    // What follows is about file names that begin with a dash.
    throw new UsageError(error.message.replace(/\. To specify .*/s, '.'));
  }
}
