/** What the command is told, put together and checked. */
import { statSync } from 'node:fs';
import {
  UsageError,
  readConfiguration,
  readFile,
  readFlags,
  readVariables,
  strangeVariables,
  type Environment,
  type Found,
} from './cli-sources.js';
import { DEFAULT_DRAIN, DEFAULT_LOG_LEVEL, ROWS, variableOf, type Row } from './cli-table.js';
import { ValueError } from './cli-values.js';
import { HOUR } from './limits.js';
import { readOptions, type SignalingServerOptions } from './options.js';

export { UsageError } from './cli-sources.js';

/** The name of a file, and where it was found. */
export interface NamedFile {
  readonly path: string;
  readonly where: string;
}

export interface CertificateFiles {
  readonly cert: NamedFile;
  readonly key: NamedFile;
}

export interface CliSettings {
  /** For the server, checked; without `https` and `logger`. */
  readonly options: SignalingServerOptions;
  /** Files, `self-signed`, or none. */
  readonly https: CertificateFiles | 'self-signed' | null;
  /** Milliseconds. */
  readonly drain: number;
  readonly logLevel: string;
  /** Variables that look like ours and are not. */
  readonly strange: readonly string[];
}

export type Command =
  | { readonly run: 'help' }
  | { readonly run: 'version' }
  | { readonly run: 'serve'; readonly settings: CliSettings };

/** A value that is as it should be, and where it was found. */
interface Given {
  readonly value: unknown;
  readonly where: string;
}

/** By flag; limits by `limits.NAME`. */
type Values = ReadonlyMap<string, Given>;

function readValue({ way: { row, inFile }, value, text, where }: Found): unknown {
  try {
    if (!inFile) return row.read(value, text);
    if (typeof value !== 'string') throw new ValueError('must be the name of a file');
    return row.read(readFile(value, where).trim(), true);
  } catch (error) {
    if (error instanceof ValueError) throw new UsageError(`${where} ${error.message}`);
    throw error;
  }
}

/** Of one source: what an option comes to there. */
function combine(row: Row, found: readonly Found[]): Given | undefined {
  const last = found.at(-1);
  if (!last) return undefined;
  if (found.some(({ way }) => way.inFile !== last.way.inFile)) {
    const [one, other] = [...new Set(found.map(({ where }) => where))];
    throw new UsageError(`${one ?? ''} and ${other ?? ''} exclude each other`);
  }
  const values = found.map(readValue);
  switch (row.repeats) {
    case 'list':
      return { value: values.flat(), where: last.where };
    case 'object':
      return {
        value: Object.fromEntries(values.flatMap((one) => Object.entries(one as object))),
        where: last.where,
      };
    default:
      return { value: values.at(-1), where: last.where };
  }
}

/** @param sources the first that has an option counts; of limits, each by itself */
function gather(sources: readonly (readonly Found[])[]): Values {
  const values = new Map<string, Given>();
  for (const row of ROWS) {
    for (const source of sources) {
      const given = combine(
        row,
        source.filter(({ way }) => way.row === row),
      );
      if (!given) continue;
      const { where } = given;
      const entries: [string, unknown][] =
        row.repeats === 'object'
          ? Object.entries(given.value as object).map(([name, value]) => [`${row.flag}.${name}`, value])
          : [[row.flag, given.value]];
      for (const [name, value] of entries) if (!values.has(name)) values.set(name, { value, where });
    }
  }
  return values;
}

/** What is shorter would tear holes into the words around it. */
const LEAST_HIDDEN = 4;

/** All text in a secret, which may be JSON. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** @throws {UsageError} with what `check` says, without secrets */
function checked(where: string, values: Values, check: () => void): void {
  try {
    check();
  } catch (error) {
    let message = error instanceof Error ? error.message : String(error);
    for (const { flag, secret } of ROWS) {
      if (!secret) continue;
      for (const text of textsIn(values.get(flag)?.value)) {
        if (text.length >= LEAST_HIDDEN) message = message.replaceAll(text, '…');
      }
    }
    throw new UsageError(where ? `${where}: ${message}` : message);
  }
}

/** What the rows of one server option come to; undefined when none of them is given. */
function assemble(name: string, values: Values): unknown {
  let direct: unknown;
  const parts: [string, unknown][] = [];
  for (const { flag, option, repeats } of ROWS) {
    if (option?.[0] !== name) continue;
    const part = option[1];
    if (repeats === 'object') {
      for (const [key, { value }] of values) {
        if (key.startsWith(`${flag}.`)) parts.push([key.slice(flag.length + 1), value]);
      }
    } else if (part !== undefined && values.has(flag)) parts.push([part, values.get(flag)?.value]);
    else if (values.has(flag)) direct = values.get(flag)?.value;
  }
  return direct === false || parts.length === 0 ? direct : Object.fromEntries(parts);
}

/** Where the parts of one server option were found. */
function placesOf(name: string, values: Values): string {
  const flags = ROWS.filter(({ option }) => option?.[0] === name).map(({ flag }) => flag);
  return [...new Set(flags.flatMap((flag) => values.get(flag)?.where ?? []))].join(', ');
}

/** The server's own check, of one option after another, so that it is known whose value is wrong. */
function readServerOptions(values: Values): SignalingServerOptions {
  for (const [key, { value, where }] of values) {
    const [flag = '', name] = key.split('.');
    if (name === undefined) continue;
    checked(where, values, () => readOptions({ [flag]: { [name]: value } }));
  }
  const names = [...new Set(ROWS.flatMap(({ option }) => option?.[0] ?? []))];
  const options = Object.fromEntries(names.map((name) => [name, assemble(name, values)]));
  for (const name of names) {
    checked(placesOf(name, values), values, () => readOptions({ [name]: options[name] }));
  }
  checked('', values, () => readOptions(options));
  return options;
}

function checkDirectories(values: Values): void {
  const { value = [], where = '' } = values.get('static') ?? {};
  for (const directory of value as string[]) {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) continue;
    throw new UsageError(`${where}: there is no directory "${directory}"`);
  }
}

const namedFile = ({ value, where }: Given): NamedFile => ({ path: String(value), where });

function readHttps(values: Values): CliSettings['https'] {
  const [https, cert, key] = [values.get('https'), values.get('cert'), values.get('key')];
  if (cert && key) {
    if (https?.value !== false) return { cert: namedFile(cert), key: namedFile(key) };
    throw new UsageError(`${https.where}: there is ${cert.where} too; leave one of them out`);
  }
  const one = cert ?? key;
  if (one) throw new UsageError(`${one.where}: cert and key need each other`);
  return https?.value === true ? 'self-signed' : null;
}

function readDrain({ value, where }: Given): number {
  const drain = value as number;
  if (drain >= 0 && drain <= HOUR) return drain;
  throw new UsageError(`${where} must be a number of milliseconds from 0 to ${HOUR}, not ${drain}`);
}

/** @throws {UsageError} */
export function readCommand(args: readonly string[], environment: Environment): Command {
  const flags = readFlags(args);
  if (flags.help) return { run: 'help' };
  if (flags.version) return { run: 'version' };
  const variable = variableOf('config');
  const path = flags.config ?? environment[variable];
  const inFile = path ? readConfiguration(path, flags.config === undefined ? variable : '--config') : [];
  const values = gather([flags.found, readVariables(environment), inFile]);
  const options = readServerOptions(values);
  checkDirectories(values);
  const settings: CliSettings = {
    // A command is run by an operator, a class by a program: the one wants to look inside as a rule.
    options: { ...options, metrics: options.metrics ?? true },
    https: readHttps(values),
    drain: readDrain(values.get('drain') ?? { value: DEFAULT_DRAIN, where: '' }),
    logLevel: (values.get('log-level')?.value ?? DEFAULT_LOG_LEVEL) as string,
    strange: strangeVariables(environment),
  };
  return { run: 'serve', settings };
}
