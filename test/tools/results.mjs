/** What the reporters write and the runner adds up: one JSON object a line. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/**
 * @typedef {object} Result
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {string} name
 * @property {string} [file]
 * @property {string} [error] what went wrong, in a few lines
 */

/** Names the file that results go to, from the runner to the reporters in other processes. */
export const RESULTS_FILE = 'PEER_ELEMENTS_TEST_RESULTS';

const MAX_LINES = 12;

/** What a result keeps of a message: enough to tell two failures apart when there is nothing else to look at. */
export const shortened = (message) =>
  stripVTControlCharacters(String(message ?? ''))
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, MAX_LINES)
    .join('\n');

/** @param {Result} result */
export function writeResult(result) {
  const file = process.env[RESULTS_FILE];
  if (file) appendFileSync(file, `${JSON.stringify(result)}\n`);
}

/**
 * @param {string} file
 * @returns {Result[]}
 */
export function readResults(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line));
}

/** @param {Result[]} results */
export function count(results) {
  const of = (status) => results.filter((result) => result.status === status).length;
  return { passed: of('passed'), failed: of('failed'), skipped: of('skipped') };
}

/** @param {Result[]} results */
export function totals(results) {
  const { passed, failed, skipped } = count(results);
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
