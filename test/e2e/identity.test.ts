import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../support/until.js';
import { useServer } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet, type Visitor } from './visitor.js';

/** What a visitor's browser keeps. */
const kept = ({ page }: Visitor): Promise<string | null> =>
  page.evaluate(() => localStorage.getItem('peer-elements identity'));

describe('an identity', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer();

  for (const name of ['chromium', 'firefox'] as const) {
    test(
      `is made at the first visit and stays: ${name}`,
      play(async (stage) => {
        const url = await server.room();
        const ann = await stage.enter(browsers[name], url);
        const id = await ann.id();
        assert.match(id, /^[\w-]{43}$/);
        await until(async () => (await kept(ann)) === id, { what: 'the key to be stored' });
        const other = await stage.tab(ann, url);
        assert.equal(await other.id(), `${id}.1`);
        await ann.page.reload();
        assert.equal(await ann.id(), id);
        await meet(ann, other);
        // Somebody else has something else.
        const bob = await stage.enter(browsers[name], url);
        assert.notEqual((await bob.id()).slice(0, 43), id);
      }),
    );

    test(
      `is one for all tabs that a new visitor opens at the same time: ${name}`,
      play(async (stage) => {
        const [url, blank] = [await server.room(), await server.page('nothing here')];
        const first = await stage.enter(browsers[name], blank);
        const rest = await Promise.all([1, 2].map(() => stage.tab(first, blank)));
        const tabs = [first, ...rest];
        assert.equal(await kept(first), null);
        await Promise.all(tabs.map(({ page }) => page.goto(url)));
        const ids = await Promise.all(tabs.map((tab) => tab.id()));
        assert.equal(new Set(ids.map((id) => id.slice(0, 43))).size, 1, ids.join());
        assert.deepEqual(ids.map((id) => id.slice(43)).sort(), ['', '.1', '.2']);
      }),
    );
  }
});
