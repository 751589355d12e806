/** Tabs that crash: their process ends, and they cannot say a word. */
import { readFileSync, readdirSync } from 'node:fs';
import type { Browser } from 'puppeteer-core';
import type { Visitor } from './visitor.js';

/** Firefox's processes that have pages in them, by id. */
export function contentProcesses(browser: Browser): number[] {
  const parent = browser.process()?.pid;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [, name = '', group] = /\((.*)\) \S \d+ (\d+)/.exec(stat) ?? [];
        return Number(group) === parent && /^(Web Content|Isolated Web Co)/.test(name);
      } catch {
        return false; // It has ended meanwhile.
      }
    });
}

/** @param process of a Firefox, which has none but this tab */
export async function crash({ page }: Visitor, process?: number): Promise<void> {
  if (process !== undefined) {
    globalThis.process.kill(process, 'SIGKILL');
    return;
  }
  const session = await page.createCDPSession();
  // Nobody is left to answer.
  void session.send('Page.crash').catch(() => undefined);
}
