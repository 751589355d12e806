import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SECRET, signToken } from '../support/tokens.js';
import { SignalServer, guardedCommand } from '../wtr/signal-server.mjs';
import { html, uniqueName, useSite } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, talk } from './visitor.js';

describe('a server whose operator looks at who comes', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = new SignalServer(['--guard', 'tokens', '--secret', SECRET], guardedCommand);
  const site = useSite();
  before(() => server.start());
  after(() => server.stop());

  for (const [first, second] of [
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `lets in who has a token, tells the others its role, and keeps out who has none: ${first} and ${second}`,
      play(async (stage) => {
        const room = uniqueName();
        const page = (token: string): string =>
          site.page(html(`<peer-group url="${server.url}" room="${room}" token="${token}"></peer-group>`));
        const ann = await stage.enter(browsers[first], page(await signToken({ room, role: 'teacher' })));
        await ann.heard('join');
        const bob = await stage.enter(browsers[second], page(await signToken({ room })));
        await meet(ann, bob);
        await talk(ann, bob);
        const roles = await bob.page.evaluate(() =>
          [...window.e2e.source.peers.values()].map(({ role }) => role),
        );
        assert.deepEqual(roles, ['teacher']);
        const eve = await stage.enter(browsers[second], page(await signToken({ room: 'another' })));
        const [closed] = await eve.heard('close');
        assert.deepEqual([closed?.code, closed?.reason], ['refused', 'The token is for another room.']);
      }),
    );
  }
});
