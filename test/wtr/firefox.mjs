import { chromeLauncher } from '@web/test-runner-chrome';
import puppeteer from 'puppeteer-core';
import { firefoxPrefs } from '../support/browsers.mjs';
import { createPage, executable, shared } from './shared.mjs';

export default {
  ...shared,
  // A second page would be in the background, where Firefox lets timers run once a second and draws no frames.
  concurrency: 1,
  browsers: [
    // The launcher drives whatever puppeteer drives, which includes an unpatched Firefox.
    chromeLauncher({
      puppeteer,
      createPage,
      launchOptions: {
        browser: 'firefox',
        executablePath: executable('firefox'),
        extraPrefsFirefox: firefoxPrefs,
      },
    }),
  ],
};
