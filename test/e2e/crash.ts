/** How a tab comes to a sudden end: its process is gone, and no script of the page hears of it. */
import type { Browser, Page } from 'puppeteer-core';
import { readFileSync, readdirSync } from 'node:fs';

/** Firefox has a process for each tab with these, and keeps none ready. */
export const separateTabs = {
  'dom.ipc.processCount.webIsolated': 8,
  'dom.ipc.processPrelaunch.enabled': false,
};

/** Of that Firefox, those that have pages in them. Only Linux tells. */
function tabProcesses(browser: Browser): number[] {
  const parent = ` -parentPid ${browser.process()?.pid} `;
  const isTab = (pid: string): boolean => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return command.includes(parent) && command.trimEnd().endsWith(' tab');
    } catch {
      return false; // It has ended since.
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isTab(name))
    .map(Number);
}

async function crashChromium(page: Page): Promise<void> {
  const crashed = new Promise((resolve) => page.once('error', resolve));
  const session = await page.createCDPSession();
  // It has no answer: nobody is left to give one.
  session.send('Page.crash').catch(() => undefined);
  await crashed;
}

/**
 * @param open makes the tab; a Firefox needs `separateTabs`, and nobody else may open one meanwhile
 * @returns what that gave, and what makes the tab crash
 */
export async function crashable<T>(
  browser: Browser,
  open: () => Promise<T>,
  pageOf: (opened: T) => Page,
): Promise<[T, () => Promise<void>]> {
  const isChromium = (await browser.version()).startsWith('Chrome');
  if (isChromium) {
    const opened = await open();
    return [opened, () => crashChromium(pageOf(opened))];
  }
  const before = tabProcesses(browser);
  const opened = await open();
  const [own, ...more] = tabProcesses(browser).filter((pid) => !before.includes(pid));
  if (own === undefined || more.length > 0) throw new Error('The tab has no process of its own.');
  const crash = async (): Promise<void> => {
    process.kill(own, 'SIGKILL');
  };
  return [opened, crash];
}
