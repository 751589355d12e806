/** A bot in Node, with WebRTC from npm, among real browsers. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../tools/workspace.mjs';
import { uniqueName, useServer } from './hosting.js';
import { play, useBrowsers, type Kind } from './stage.js';

describe('a bot in Node', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer();

  for (const kind of ['chromium', 'firefox'] satisfies Kind[]) {
    test(
      `is found directly by ${kind}, greets and answers; who leaves is gone`,
      play(async (stage) => {
        const room = uniqueName();
        const bot = fork(join(root, 'demo/bot.mjs'), [server.signalUrl, room], { silent: true });
        let said = '';
        for (const stream of [bot.stdout, bot.stderr]) stream?.on('data', (text) => (said += String(text)));
        try {
          const ann = await stage.enter(browsers[kind], await server.room(room, 'name="Ann"'));
          const [{ name } = {}] = await ann.heard('peer');
          assert.equal(name, 'Echo');
          await ann.heard('data');
          assert.deepEqual(await ann.received(), ['Hello, Ann!']);
          await ann.heard('upgrade');
          const path = await ann.page.evaluate(() => [...window.e2e.source.peers.values()][0]?.path);
          assert.equal(path, 'direct');
          await ann.send({ when: 1, bytes: [1, 2, 3] });
          await ann.heard('data', 2);
          assert.deepEqual((await ann.received())[1], { when: 1, bytes: [1, 2, 3] });
          const answer = await ann.page.evaluate(async () => {
            const { source } = window.e2e;
            const [id = ''] = source.peers.keys();
            const large = 'x'.repeat(300_000);
            return (await source.request(large, { to: id })) === large;
          });
          assert.equal(answer, true);
          bot.kill('SIGTERM');
          const [code] = (await once(bot, 'exit')) as [number | null];
          assert.equal(code, 0, said);
          const [{ reason } = {}] = await ann.heard('leave');
          assert.equal(reason, 'left');
        } catch (cause) {
          throw new Error(`The bot said: ${said}`, { cause });
        } finally {
          bot.kill('SIGKILL');
        }
      }),
    );
  }
});
