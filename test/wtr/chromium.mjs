import { chromeLauncher } from '@web/test-runner-chrome';
import { chromiumArgs } from '../support/browsers.mjs';
import { createPage, executable, shared } from './shared.mjs';

export default {
  ...shared,
  browsers: [
    chromeLauncher({
      createPage,
      launchOptions: { executablePath: executable('chromium'), args: chromiumArgs },
    }),
  ],
  coverageConfig: {
    include: ['src/**/*.ts', 'components/**/*.ts'],
    reporters: ['json'],
    reportDir: 'coverage/chromium',
  },
};
