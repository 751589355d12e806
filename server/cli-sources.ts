/** Where values come from: the command line, the environment, a file. Says of each in words where it was found. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WAYS, variableOf, type Way } from './cli-table.js';

/** Wrong use, to be told in one line. */
export class UsageError extends Error {}

export interface Found {
  readonly way: Way;
  /** As it stands there. */
  readonly value: unknown;
  /** Whether it is text in any case. */
  readonly text: boolean;
  /** Like `--port`, `PEER_ELEMENTS_PORT` or `port in server.json`. */
  readonly where: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Flags {
  readonly found: readonly Found[];
  readonly help: boolean;
  readonly version: boolean;
  readonly config: string | undefined;
}

/** @throws {UsageError} for one that there is not, or that lacks its value */
export function readFlags(args: readonly string[]): Flags {
  const options = Object.fromEntries(
    WAYS.map(({ flag, value }) => [
      flag,
      value === undefined ? ({ type: 'boolean' } as const) : ({ type: 'string', multiple: true } as const),
    ]),
  );
  const own = {
    config: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  } as const;
  try {
    const all = { ...options, ...own };
    const { values } = parseArgs({
      args: [...args],
      options: all,
      allowPositionals: false,
      allowNegative: true,
    });
    const given: Readonly<Record<string, unknown>> = values;
    const found = WAYS.flatMap((way) => {
      const value = given[way.flag];
      const several: unknown[] = Array.isArray(value)
        ? value
        : typeof value === 'boolean'
          ? [`${value}`]
          : [];
      return several.map((one) => ({ way, value: one, text: true, where: `--${way.flag}` }));
    });
    return {
      found,
      help: given['help'] === true,
      version: given['version'] === true,
      config: given['config'] as string | undefined,
    };
  } catch (error) {
    // Node's further sentences are about positional arguments, which there are none of.
    throw new UsageError(error instanceof Error ? (error.message.split(/\.\s/)[0] ?? '') : String(error));
  }
}

/** An empty variable is none: that is how one is unset in many places. */
export function readVariables(environment: Environment): readonly Found[] {
  return WAYS.flatMap((way) => {
    const value = environment[way.variable];
    return value ? [{ way, value, text: true, where: way.variable }] : [];
  });
}

/** Names that look like ours and are not. */
export function strangeVariables(environment: Environment): readonly string[] {
  const known = new Set([...WAYS.map(({ variable }) => variable), variableOf('config')]);
  return Object.keys(environment).filter((name) => name.startsWith(variableOf('')) && !known.has(name));
}

/** @throws {UsageError} naming the file and why it cannot be read; what is in it may be secret */
export function readFile(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(`${where}: cannot read "${path}" (${why})`);
  }
}

/** Without Node's message, which may quote what is there. */
function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${path} is not JSON: all names in quotes, no comments, no comma before a bracket`);
  }
}

/** @throws {UsageError} for a file that cannot be read or has a key that there is not */
export function readConfiguration(path: string, where: string): readonly Found[] {
  const content = parse(readFile(path, where), path);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new UsageError(`${path} must have one JSON object`);
  }
  return Object.entries(content).map(([key, value]) => {
    const way = WAYS.find((one) => one.key === key);
    if (!way) throw new UsageError(`${path}: there is no option "${key}"`);
    return { way, value: value as unknown, text: false, where: `${key} in ${path}` };
  });
}
