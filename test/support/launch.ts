/** Browsers of their own, for tests that need more than one, or a page nobody prepared. */
import puppeteer, { type Browser } from 'puppeteer-core';
import { chromiumArgs, findBrowser, firefoxPrefs } from './browsers.mjs';

function executable(kind: 'chromium' | 'firefox'): string {
  const path = findBrowser(kind);
  if (!path) throw new Error(`No ${kind} found.`);
  return path;
}

/** @param args further ones than test/support/browsers.mjs gives to every Chromium */
export const launchChromium = (...args: string[]): Promise<Browser> =>
  puppeteer.launch({
    executablePath: executable('chromium'),
    // A pipe cannot be taken by another process, as a port can.
    pipe: true,
    args: [...chromiumArgs, ...args],
  });

/** @param prefs further ones than test/support/browsers.mjs gives to every Firefox */
export const launchFirefox = (prefs: Record<string, unknown> = {}): Promise<Browser> =>
  puppeteer.launch({
    browser: 'firefox',
    executablePath: executable('firefox'),
    extraPrefsFirefox: { ...firefoxPrefs, ...prefs },
  });
