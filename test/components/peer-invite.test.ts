import { expect, fixture, html } from '@open-wc/testing';
import 'jsqr';
import '../../components/define.js';
import type { PeerGroupElement } from '../../components/peer-group.js';
import type { PeerInviteElement } from '../../components/peer-invite.js';
import type { PeerPairElement } from '../../components/peer-pair.js';
import { closeAll, joined, makePair, meshed, nextData, otherPage, uniqueName } from '../support/sources.js';
import { once, record, until } from '../support/until.js';

// It comes as a script of the older kind, which leaves its function on the window.
const { jsQR } = globalThis as unknown as {
  jsQR: (pixels: Uint8ClampedArray, width: number, height: number) => { data: string } | null;
};

const inviteIn = (source: Element): PeerInviteElement => source.querySelector('peer-invite')!;

async function pairWithInvite(code?: string): Promise<{ pair: PeerPairElement; invite: PeerInviteElement }> {
  const pair = await fixture<PeerPairElement>(
    html`<peer-pair .signaling=${otherPage()}><peer-invite></peer-invite></peer-pair>`,
  );
  if (code !== undefined) pair.code = code;
  await joined(pair);
  const invite = inviteIn(pair);
  await until(() => invite.link === linkTo('code', pair.code!), { what: 'its link' });
  await invite.updateComplete;
  return { pair, invite };
}

async function groupWithInvite(
  room: string,
): Promise<{ group: PeerGroupElement; invite: PeerInviteElement }> {
  const group = await fixture<PeerGroupElement>(
    html`<peer-group room=${room} .signaling=${otherPage()}><peer-invite></peer-invite></peer-group>`,
  );
  await joined(group);
  const invite = inviteIn(group);
  await invite.updateComplete;
  return { group, invite };
}

const thisPage = (): string => location.href.replace(/#.*/, '');
const linkTo = (key: string, value: string): string => `${thisPage()}#${key}=${encodeURIComponent(value)}`;

const find = (invite: PeerInviteElement, selector: string): HTMLElement | null =>
  invite.shadowRoot!.querySelector<HTMLElement>(selector);
const field = (invite: PeerInviteElement): HTMLInputElement => invite.shadowRoot!.querySelector('input')!;
const said = (invite: PeerInviteElement): string => find(invite, '[role=status]')!.textContent.trim();
const note = (invite: PeerInviteElement): string => find(invite, '[part=note]')!.textContent.trim();

/** What a camera would see of it on the page, and what it makes of that. */
async function scan(invite: PeerInviteElement): Promise<string | undefined> {
  const drawing = find(invite, '.qr svg')!.cloneNode(true) as Element;
  const side = 300;
  drawing.setAttribute('width', String(side));
  drawing.setAttribute('height', String(side));
  const picture = new Image();
  const text = new XMLSerializer().serializeToString(drawing);
  picture.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const context = canvas.getContext('2d')!;
  context.drawImage(picture, 0, 0);
  return jsQR(context.getImageData(0, 0, side, side).data, side, side)?.data;
}

/** Puts something else into the place of a part of `navigator`, until the test is over. */
function replace(name: 'clipboard' | 'share', value: unknown): void {
  Object.defineProperty(navigator, name, { value, configurable: true });
}

function restore(): void {
  for (const name of ['clipboard', 'share'] as const) Reflect.deleteProperty(navigator, name);
}

function clipboard(): string[] {
  const written: string[] = [];
  replace('clipboard', {
    writeText: (text: string) => {
      written.push(text);
      return Promise.resolve();
    },
  });
  return written;
}

const forbidden = { writeText: () => Promise.reject(new DOMException('No.', 'NotAllowedError')) };

afterEach(() => {
  closeAll();
  restore();
  history.replaceState(null, '', thisPage());
});

describe('A <peer-invite> shows', () => {
  it('the link to a pair, with the code where no server gets to see it', async () => {
    const { pair, invite } = await pairWithInvite();
    expect(invite.link).to.equal(linkTo('code', pair.code!));
    expect(field(invite).value).to.equal(invite.link);
    expect(find(invite, '[part=code]')!.textContent).to.equal(pair.code);
    const groups = [...invite.shadowRoot!.querySelectorAll('[part=code] span')];
    expect(groups.length, 'groups of the code').to.equal(4);
  });

  it('the link to a group, with the name of the room', async () => {
    const room = `café & tea #1 + ${uniqueName()}`;
    const { invite } = await groupWithInvite(room);
    expect(invite.link).to.equal(linkTo('room', room));
    expect(find(invite, '[part=code]')!.textContent).to.equal(room);
  });

  it('a QR code of it that can be read', async () => {
    for (const { invite } of [await pairWithInvite(), await groupWithInvite(`café & tea ${uniqueName()}`)]) {
      expect(await scan(invite)).to.equal(invite.link);
    }
  });

  it('a new QR code for a new link, in a page of any colours', async () => {
    const { pair, invite } = await pairWithInvite();
    document.documentElement.style.cssText = 'color-scheme: dark; background: Canvas';
    pair.code = uniqueName();
    await until(async () => (await scan(invite)) === linkTo('code', pair.code!), { what: 'the other code' });
    document.documentElement.style.cssText = '';
    const tile = getComputedStyle(find(invite, '.qr')!);
    expect(tile.backgroundColor).to.equal('rgb(255, 255, 255)');
  });

  it('no QR code where there is to be none, or none that would hold the link', async () => {
    const { invite } = await groupWithInvite('€'.repeat(341));
    expect(invite.link!.length).to.be.greaterThan(3000);
    expect(find(invite, '.qr')).to.equal(null);
    expect(find(invite, 'input')).not.to.equal(null);
    const { invite: plain } = await pairWithInvite();
    plain.noQr = true;
    await plain.updateComplete;
    expect(find(plain, '.qr')).to.equal(null);
  });

  it('a link to another page', async () => {
    const { pair, invite } = await pairWithInvite();
    invite.setAttribute('href', 'https://example.org/talk?lang=en#top');
    expect(invite.link).to.equal(`https://example.org/talk?lang=en#code=${pair.code}`);
    invite.href = '/talk';
    expect(invite.link).to.equal(`${location.origin}/talk#code=${pair.code}`);
  });

  it('nothing while there is nothing to invite to', async () => {
    const group = await fixture<PeerGroupElement>(
      html`<peer-group .signaling=${otherPage()}><peer-invite></peer-invite></peer-group>`,
    );
    const invite = inviteIn(group);
    await invite.updateComplete;
    expect(invite.link).to.equal(null);
    expect(find(invite, '[part=empty]')!.textContent).to.include('Nothing to invite to yet');
    group.setAttribute('room', uniqueName());
    await until(() => find(invite, 'input'), { what: 'the link' });
    expect(find(invite, '[part=empty]')).to.equal(null);
    invite.remove();
    document.body.append(invite);
    await until(() => find(invite, '[part=empty]'), { what: 'to notice that it is alone' });
    invite.remove();
  });

  it('the group that `for` names, wherever that stands', async () => {
    const room = uniqueName();
    const box = await fixture(html`<div><peer-invite for="there"></peer-invite></div>`);
    const invite = inviteIn(box);
    expect(invite.link).to.equal(null);
    const group = document.createElement('peer-group');
    Object.assign(group, { id: 'there', room, manual: true });
    box.append(group);
    await until(() => invite.link === linkTo('room', room), { what: 'its link' });
  });

  it('never a password, but that there is one', async () => {
    const { group, invite } = await groupWithInvite(uniqueName());
    expect(note(invite)).not.to.include('password');
    group.setAttribute('password', 'correct horse');
    await until(() => note(invite).includes('password'), { what: 'the words about it' });
    expect(invite.shadowRoot!.textContent + invite.link!).not.to.match(/correct|horse/);
    expect(await scan(invite)).to.equal(invite.link);
  });

  it('that both seats of a pair are taken, and free again', async () => {
    const { pair, invite } = await pairWithInvite();
    expect(note(invite)).to.match(/^For one other person/);
    const other = makePair({ code: pair.code! });
    await meshed(pair, other);
    await until(() => note(invite).startsWith('The other one is here'));
    other.close();
    await until(() => note(invite).startsWith('For one other person'));
  });

  it('that somebody else has both seats', async () => {
    const first = makePair({ code: uniqueName() });
    await joined(first);
    await meshed(first, makePair({ code: first.code }));
    const pair = await fixture(
      html`<peer-pair code=${first.code} .signaling=${otherPage()}><peer-invite></peer-invite></peer-pair>`,
    );
    await until(() => note(inviteIn(pair)).startsWith('Two others'), { what: 'what is wrong' });
  });

  it('the words it is given', async () => {
    const { invite } = await pairWithInvite();
    invite.strings = { label: 'Einladen', copyLink: 'Link kopieren' };
    invite.requestUpdate();
    await invite.updateComplete;
    expect(find(invite, '[part=header]')!.textContent).to.include('Einladen');
    expect(find(invite, '.copy-link')!.textContent).to.include('Link kopieren');
    expect(find(invite, '.copy-code')!.textContent, 'the others stay').to.include('Copy code');
    invite.label = 'Komm herein';
    await invite.updateComplete;
    expect(find(invite, '[part=header]')!.textContent).to.include('Komm herein');
  });
});

describe('A <peer-invite> passes on', () => {
  it('the link and the code, and says so', async () => {
    const { pair, invite } = await pairWithInvite();
    const written = clipboard();
    const told = record<{ method: string }>(invite, 'invite');
    for (const [selector, text] of [
      ['.copy-link', invite.link],
      ['.copy-code', pair.code],
    ] as const) {
      const done = once(invite, 'invite');
      find(invite, selector)!.click();
      await done;
      await invite.updateComplete;
      expect(written.at(-1)).to.equal(text);
      expect(said(invite)).to.equal('Copied');
      expect(find(invite, selector)!.textContent).to.include('Copied');
    }
    expect(told.map(({ detail }) => detail.method)).to.deep.equal(['link', 'code']);
    expect(find(invite, '.copy-link')!.textContent, 'only the last one').not.to.include('Copied');
  });

  it('the same again, and says so again', async () => {
    const { invite } = await pairWithInvite();
    clipboard();
    const lines: Element[] = [];
    for (let i = 0; i < 2; i++) {
      const done = once(invite, 'invite');
      find(invite, '.copy-link')!.click();
      await done;
      await invite.updateComplete;
      lines.push(find(invite, '[role=status] p')!);
    }
    expect(lines[0]).not.to.equal(lines[1]);
  });

  it('what is selected, where the clipboard is forbidden', async () => {
    const { pair, invite } = await pairWithInvite();
    const told = record(invite, 'invite');
    for (const missing of [forbidden, undefined]) {
      replace('clipboard', missing);
      find(invite, '.copy-link')!.click();
      await until(() => invite.shadowRoot!.activeElement === field(invite), {
        what: 'the link to be selected',
      });
      const { value, selectionStart, selectionEnd } = field(invite);
      expect(value.slice(selectionStart!, selectionEnd!)).to.equal(invite.link);
      await invite.updateComplete;
      expect(said(invite)).to.match(/^Copying is not allowed here/);
      expect(find(invite, '.copy-link')!.textContent).not.to.include('Copied');

      find(invite, '.copy-code')!.click();
      await until(() => getSelection()!.toString() === pair.code, { what: 'the code to be selected' });
      getSelection()!.removeAllRanges();
      find(invite, '.copy-link')!.focus();
    }
    expect(told).to.deep.equal([]);
  });

  it('the link by what the device has for that, if it has anything', async () => {
    const shared: ShareData[] = [];
    replace('share', undefined);
    Reflect.deleteProperty(navigator, 'share');
    let outcome: Promise<void> = Promise.resolve();
    replace('share', (data: ShareData) => {
      shared.push(data);
      return outcome;
    });
    const { invite } = await pairWithInvite();
    const button = find(invite, '.share')!;
    const told = once<{ method: string }>(invite, 'invite');
    button.click();
    expect((await told).detail.method).to.equal('share');
    expect(shared.map(({ url }) => url)).to.deep.equal([invite.link]);

    const events = record(invite, 'invite');
    outcome = Promise.reject(new DOMException('Changed my mind.', 'AbortError'));
    button.click();
    await outcome.catch(() => undefined);
    await invite.updateComplete;
    expect(said(invite), 'nothing is wrong').to.equal('');
    outcome = Promise.reject(new DOMException('No.', 'NotAllowedError'));
    button.click();
    await until(() => said(invite) === 'Sharing did not work', { what: 'what is wrong' });
    expect(events).to.deep.equal([]);
  });

  it('nothing by a device that has nothing for it', async () => {
    const { invite } = await pairWithInvite();
    expect(find(invite, '.share') !== null).to.equal('share' in navigator);
  });

  it('the focus to the button that is used most', async () => {
    const { invite } = await pairWithInvite();
    invite.focus();
    expect(invite.shadowRoot!.activeElement).to.equal(find(invite, '.copy-link'));
  });
});

describe('A page that is opened by the link', () => {
  /** As the browser has it when the page is opened. */
  const open = (link: string): void => history.replaceState(null, '', new URL(link).hash);

  it('is the other side of the pair', async () => {
    const { pair, invite } = await pairWithInvite();
    open(invite.link!);
    const other = await fixture<PeerPairElement>(
      html`<peer-pair from-link .signaling=${otherPage()}></peer-pair>`,
    );
    expect(other.code).to.equal(pair.code);
    await meshed(pair, other);
    void other.send('Here I am');
    expect((await nextData(pair)).data).to.equal('Here I am');
  });

  it('is in the room, whatever room it has otherwise', async () => {
    const { group, invite } = await groupWithInvite(`café & tea + ${uniqueName()}`);
    open(invite.link!);
    const other = await fixture<PeerGroupElement>(
      html`<peer-group from-link room="lobby" .signaling=${otherPage()}></peer-group>`,
    );
    expect(other.room).to.equal(group.room);
    await meshed(group, other);
  });

  it('joins only once', async () => {
    const { pair, invite } = await pairWithInvite();
    open(invite.link!);
    const other = document.createElement('peer-pair');
    Object.assign(other, { signaling: otherPage(), fromLink: true });
    const states = record<{ state: string }>(other, 'statechange');
    document.body.append(other);
    await meshed(pair, other);
    expect(states.map(({ detail }) => detail.state)).to.deep.equal(['connecting', 'connected']);
    other.remove();
  });

  it('follows to another link, and stays where a link says nothing', async () => {
    const [first, second] = [await pairWithInvite(), await pairWithInvite()];
    open(first.invite.link!);
    const other = await fixture<PeerPairElement>(
      html`<peer-pair from-link .signaling=${otherPage()}></peer-pair>`,
    );
    await meshed(first.pair, other);
    location.hash = new URL(second.invite.link!).hash;
    await meshed(second.pair, other);
    expect(other.code).to.equal(second.pair.code);
    const changed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    location.hash = '#somewhere';
    await changed;
    await other.updateComplete;
    expect([other.code, other.state]).to.deep.equal([second.pair.code, 'connected']);
  });

  it('says that a link is of no use whose name no room can have, and stays where it is', async () => {
    const group = await fixture<PeerGroupElement>(
      html`<peer-group from-link room=${uniqueName()} .signaling=${otherPage()}></peer-group>`,
    );
    await joined(group);
    const told = once<{ error: { code: string; final: boolean } }>(group, 'error');
    location.hash = `#room=${'x'.repeat(1025)}`;
    const { error } = (await told).detail;
    expect([error.code, error.final, group.state]).to.deep.equal(['too-large', false, 'connected']);
  });

  it('is where it says otherwise, without a link or without `from-link`', async () => {
    const [room, code] = [uniqueName(), uniqueName()];
    open(linkTo('code', code));
    const group = await fixture<PeerGroupElement>(
      html`<peer-group from-link room=${room} .signaling=${otherPage()}></peer-group>`,
    );
    expect(group.room, 'a code is for a pair').to.equal(room);
    const pair = await fixture<PeerPairElement>(html`<peer-pair .signaling=${otherPage()}></peer-pair>`);
    expect(pair.code).not.to.equal(code);
    pair.fromLink = true;
    await pair.updateComplete;
    expect(pair.code, 'from now on').to.equal(code);
  });

  it('finds out what has changed while it was out of the document', async () => {
    const [first, second] = [uniqueName(), uniqueName()];
    open(linkTo('room', first));
    const group = await fixture<PeerGroupElement>(
      html`<peer-group from-link .signaling=${otherPage()}></peer-group>`,
    );
    const { parentNode } = group;
    group.remove();
    open(linkTo('room', second));
    parentNode!.append(group);
    expect(group.room).to.equal(second);
    await joined(group);
  });
});
