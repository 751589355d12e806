import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { html, uniqueName, useServer } from './hosting.js';
import { play, useBrowsers } from './stage.js';
import { meet } from './visitor.js';

describe('files', () => {
  const browsers = useBrowsers({ chromium: 'chromium', firefox: 'firefox' });
  const server = useServer();

  for (const [first, second] of [
    ['chromium', 'firefox'],
    ['firefox', 'chromium'],
  ] as const) {
    test(
      `go from ${first} to ${second}, once they are accepted, to the byte`,
      play(async (stage) => {
        const room = uniqueName();
        const url = await server.page(
          html(`<peer-group url="/signal" room="${room}"><peer-files></peer-files></peer-group>`),
        );
        const ann = await stage.enter(browsers[first], url);
        const bob = await stage.enter(browsers[second], url);
        await meet(ann, bob);
        const sent = await ann.page.evaluate(async () => {
          const bytes = new Uint8Array(5_000_000);
          for (let at = 0; at < bytes.length; at += 50_000) {
            crypto.getRandomValues(bytes.subarray(at, at + 50_000));
          }
          const file = new File([bytes], '../Prüfung \u202Efdp.bin', { type: 'text/html' });
          // How it ends is what the other page sees.
          document
            .querySelector('peer-files')!
            .send(file)
            .catch(() => undefined);
          return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join();
        });
        await bob.until('the offer', () => {
          const button = document
            .querySelector('peer-files')!
            .shadowRoot!.querySelector<HTMLElement>('.accept');
          button?.click();
          return button !== null;
        });
        await bob.until(
          'the file',
          () => document.querySelector('peer-files')!.shadowRoot!.querySelector('a.save') !== null,
        );
        const got = await bob.page.evaluate(async () => {
          const link = document
            .querySelector('peer-files')!
            .shadowRoot!.querySelector<HTMLAnchorElement>('a.save')!;
          const response = await fetch(link.href);
          const hash = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
          const type = response.headers.get('content-type');
          return { name: link.download, type, hash: new Uint8Array(hash).join() };
        });
        assert.deepEqual(got, { name: '_Prüfung fdp.bin', type: 'application/octet-stream', hash: sent });
        await ann.until(
          'that it is there',
          () => document.querySelector('peer-files')!.shadowRoot!.querySelector('.file.done') !== null,
        );
      }),
    );
  }
});
