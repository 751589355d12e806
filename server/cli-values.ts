/** How the value of an option is read: as text from the command line and the environment, as JSON from a file. */
import { show } from './limits.js';

/** Why a value cannot be what it should be; the option's name goes in front. Never has the value of a secret in it. */
export class ValueError extends Error {}

/** @param text whether it comes as text, where everything is a string */
export type Reader = (value: unknown, text: boolean) => unknown;

const wrong = (expected: string, value: unknown): ValueError =>
  new ValueError(`must be ${expected}, not ${show(value)}`);

export const readText: Reader = (value) => {
  if (typeof value !== 'string') throw wrong('text', value);
  return value;
};

/** Of a secret, which is not shown. */
export const readSecret: Reader = (value) => {
  if (typeof value !== 'string' || value === '') throw new ValueError('must be text, and not empty');
  return value;
};

/** Its range is checked where it is checked for everybody. */
export const readInteger: Reader = (value, text) => {
  if (text && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (!text && Number.isSafeInteger(value)) return value;
  throw wrong('a whole number', value);
};

const SWITCH: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

export const readSwitch: Reader = (value, text) => {
  const read = text ? SWITCH.get(value) : value;
  if (typeof read !== 'boolean') throw wrong('true or false', value);
  return read;
};

/** Number of proxies, or whether there is one. */
export const readProxies: Reader = (value, text) => {
  const isSwitch = text ? value === 'true' || value === 'false' : typeof value === 'boolean';
  try {
    return isSwitch ? readSwitch(value, text) : readInteger(value, text);
  } catch {
    throw wrong('true, false or a number of proxies', value);
  }
};

/** Entries between commas, or an array; one string stands for itself. */
export const readList: Reader = (value, text) => {
  if (!text && Array.isArray(value)) return value as unknown[];
  if (typeof value !== 'string') throw wrong('a list of texts', value);
  return text ? value.split(',').map((entry) => entry.trim()) : [value];
};

/** `name=5,other=6`, or an object. */
export const readNumbers: Reader = (value, text) => {
  if (!text) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    throw wrong('an object', value);
  }
  const entries = String(value)
    .split(',')
    .map((entry) => /^\s*(\w+)\s*=\s*(-?\d{1,15})\s*$/.exec(entry));
  if (!entries.every((entry) => entry !== null)) throw wrong('like "connections=500,payload=1000"', value);
  return Object.fromEntries(entries.map(([, name = '', number]) => [name, Number(number)]));
};

/** Not shown when it is wrong: there may be credentials in it. */
export const readJson: Reader = (value, text) => {
  if (!text) return value;
  try {
    return JSON.parse(String(value)) as unknown;
  } catch {
    throw new ValueError('must be JSON');
  }
};

export const readOneOf =
  (choices: readonly string[]): Reader =>
  (value) => {
    if (typeof value === 'string' && choices.includes(value)) return value;
    throw wrong(`one of ${choices.join(', ')}`, value);
  };
