import { expect, fixture } from '@open-wc/testing';
import { STORAGE_KEY } from '../../components/verified-peers.js';
import { PeerError } from '../../src/errors.js';
import { record } from '../support/until.js';
import { idOf } from './chat-fake.js';
import { all, mountStatus, numberOf, press, register, rowOf, words } from './status-fake.js';

register();

const kept = (): unknown => JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
const remember = (...peers: readonly (readonly [string, string])[]): void => {
  const list = peers.map(([id, name]) => ({ identity: idOf(id), name }));
  localStorage.setItem(STORAGE_KEY, JSON.stringify(list));
};
const checks = (element: Parameters<typeof all>[0]): number => all(element, '.check').length;

describe('<peer-status>', () => {
  beforeEach(() => localStorage.removeItem(STORAGE_KEY));
  after(() => localStorage.removeItem(STORAGE_KEY));

  it('says what is wrong', async () => {
    const { source, status } = await mountStatus();
    const notice = async (): Promise<string> => {
      await status.updateComplete;
      return words(all(status, '[part=notice]')[0]);
    };
    expect(await notice()).to.equal('Not connected');
    source.turn('connecting');
    expect(await notice()).to.equal('Connecting…');
    source.enter('me');
    expect(await notice()).to.equal('');
    expect(words(all(status, '[part=empty]')[0])).to.equal('Nobody else is here yet');
    source.turn('disconnected');
    expect(await notice()).to.equal('Reconnecting…');
    source.turn('failed', new PeerError('room-full', 'The room is full.'));
    expect(await notice()).to.equal('The room is full.');
    expect(all(status, '.notice.bad')).to.have.lengthOf(1);
  });

  it('tells of everybody by which path, how fast, or what is wrong', async () => {
    const { source, status } = await mountStatus('label="Present"');
    source.enter('me');
    source.come('ada', 'Ada', { path: 'direct', rtt: 11.6 });
    source.come('linus', 'Linus', { path: 'relay', rtt: 0.2 });
    source.come('grace', 'Grace', { path: 'turn', rtt: null });
    source.come('alan', '', { state: 'disconnected' });
    source.come('joan', 'Joan', { state: 'failed' });
    source.come('mary', 'Mary', { state: 'connecting' });
    await status.updateComplete;
    const told = (name: string): string => words(rowOf(status, name).querySelector('[part=meta]'));
    expect(told('ada')).to.equal('Direct 12 ms');
    expect(told('linus')).to.equal('Through the relay 1 ms');
    expect(told('grace')).to.equal('Through a TURN server');
    expect(told('alan')).to.equal('Not reachable just now');
    expect(told('joan')).to.equal('Cannot be reached');
    expect(told('mary')).to.equal('Connecting…');
    expect(words(rowOf(status, 'alan').querySelector('.name'))).to.equal('Guest alan');
    expect(words(all(status, '.header')[0])).to.equal('Present 7');
    expect(all(status, '.list')[0]!.getAttribute('aria-label')).to.equal('Present');
    source.connect('alan', 'connected');
    await status.updateComplete;
    expect(told('alan')).to.equal('Direct 12 ms');
    source.lose('alan');
    await status.updateComplete;
    expect(rowOf(status, 'alan')).to.equal(undefined);
  });

  it('measures who has not been measured yet, once', async () => {
    const { source, status } = await mountStatus();
    source.enter('me');
    source.come('ada', 'Ada', { rtt: null });
    source.come('linus', 'Linus', { rtt: 7 });
    await status.updateComplete;
    expect([...source.pings]).to.deep.equal([[idOf('ada'), 1]]);
  });

  it('lays the number out for the eye, and says it digit by digit', async () => {
    const { source, status } = await mountStatus();
    source.enter('me');
    source.come('ada', 'Ada');
    await status.updateComplete;
    const toggle = rowOf(status, 'ada').querySelector<HTMLElement>('.toggle')!;
    expect(toggle.getAttribute('aria-expanded')).to.equal('false');
    await press(status, 'ada', '.toggle');
    expect(toggle.getAttribute('aria-expanded')).to.equal('true');
    const panel = status.shadowRoot!.getElementById(toggle.getAttribute('aria-controls')!)!;
    expect(panel.getAttribute('aria-label')).to.equal('Safety number with Ada');
    const groups = [...panel.querySelectorAll('[part=group]')];
    const seen = groups.map((group) => words(group.querySelector('[aria-hidden]')));
    expect(seen.join(' ')).to.equal(numberOf(idOf('ada')));
    expect(words(groups[0]!.querySelector('.sr'))).to.equal([...seen[0]!].join(' '));
    // Lines of four.
    const tops = new Set(groups.map((group) => Math.round(group.getBoundingClientRect().top)));
    expect(tops.size).to.equal(3);
    await press(status, 'ada', '.toggle');
    expect(all(status, '.panel')).to.have.lengthOf(0);
  });

  it('verifies and takes it back, with one button that keeps the focus', async () => {
    const { source, status } = await mountStatus();
    const told = record<{ verified: boolean }>(status, 'verify');
    source.enter('me');
    const ada = source.come('ada', 'Ada');
    await status.updateComplete;
    await press(status, 'ada', '.toggle');
    const button = rowOf(status, 'ada').querySelector<HTMLElement>('.same')!;
    expect(words(button)).to.equal('They are the same');
    button.focus();
    button.click();
    await status.updateComplete;
    expect(checks(status)).to.equal(1);
    expect(words(button)).to.equal('Take it back');
    expect(status.shadowRoot!.activeElement).to.equal(button);
    expect(kept()).to.deep.equal([{ identity: idOf('ada'), name: 'Ada' }]);
    // A double click says yes once.
    button.dispatchEvent(new MouseEvent('click', { detail: 2 }));
    await status.updateComplete;
    expect(checks(status)).to.equal(1);
    button.click();
    await status.updateComplete;
    expect(checks(status)).to.equal(0);
    expect(kept()).to.deep.equal([]);
    expect(told.map(({ detail }) => detail)).to.deep.equal([
      { peer: ada, verified: true },
      { peer: ada, verified: false },
    ]);
  });

  it('knows again who was verified, whatever it is called now', async () => {
    remember(['ada', 'Ada'], ['linus', 'Linus']);
    const { source, status } = await mountStatus();
    source.enter('me');
    source.come('ada', 'Countess');
    await status.updateComplete;
    expect(checks(status)).to.equal(1);
    expect(words(rowOf(status, 'ada').querySelector('[part=meta]'))).to.contain('verified as Ada');
    // Met last, so forgotten last.
    expect(kept()).to.deep.equal([
      { identity: idOf('linus'), name: 'Linus' },
      { identity: idOf('ada'), name: 'Ada' },
    ]);
  });

  it('says loudly that somebody is somebody else', async () => {
    remember(['ada', 'Ada']);
    const { source, status } = await mountStatus();
    const told = record(status, 'suspect');
    source.enter('me');
    source.come('ada', 'Ada');
    const stranger = source.come('eve', 'Eve');
    await status.updateComplete;
    expect(all(status, '[role=alert]')).to.have.lengthOf(0);
    source.rename('eve', 'ＡＤＡ');
    await status.updateComplete;
    const alert = rowOf(status, 'eve').querySelector('[role=alert]');
    expect(words(alert)).to.match(/^This is not the Ada that you verified/);
    expect(told.map(({ detail }) => detail)).to.deep.equal([{ peer: stranger, name: 'Ada' }]);
    for (const name of ['Eve', 'Ada', '', 'ada']) {
      source.rename('eve', name);
      await status.updateComplete;
      expect(rowOf(status, 'eve').querySelector('[role=alert]')).to.equal(alert);
    }
    expect(told).to.have.lengthOf(1);
    // Nobody is left whose name it could bear.
    await press(status, 'ada', '.toggle');
    await press(status, 'ada', '.take-back, [part~=take-back]');
    expect(all(status, '[role=alert]')).to.have.lengthOf(0);
  });

  it('takes other pages of its own browser for what they are', async () => {
    remember(['ada', 'Ada']);
    const { source, status } = await mountStatus();
    source.enter('me');
    source.peerId = `${idOf('me')}.1`;
    source.come(idOf('me'), 'Ada');
    await status.updateComplete;
    expect(all(status, '[role=alert]')).to.have.lengthOf(0);
    const row = all(status, '[data-peer]')[0]!;
    expect(words(row)).to.contain('you, in another window');
    row.querySelector<HTMLElement>('.toggle')!.click();
    await status.updateComplete;
    expect(words(row.querySelector('.panel'))).to.contain('nothing to compare');
    expect(row.querySelector('.number, .same')).to.equal(null);
  });

  it('stays in step with other elements of the page, and with other tabs', async () => {
    const [here, there] = [await mountStatus(), await mountStatus()];
    for (const { source } of [here, there]) {
      source.enter('me');
      source.come('ada', 'Ada');
    }
    await here.status.updateComplete;
    await press(here.status, 'ada', '.toggle');
    await press(here.status, 'ada', '.same');
    await there.status.updateComplete;
    expect(checks(there.status)).to.equal(1);

    localStorage.removeItem(STORAGE_KEY);
    dispatchEvent(new StorageEvent('storage', { key: 'something else' }));
    await there.status.updateComplete;
    expect(checks(there.status)).to.equal(1);
    dispatchEvent(new StorageEvent('storage', { key: STORAGE_KEY }));
    await there.status.updateComplete;
    await here.status.updateComplete;
    expect([checks(here.status), checks(there.status)]).to.deep.equal([0, 0]);
    remember(['ada', 'Ada']);
    dispatchEvent(new StorageEvent('storage', { key: null }));
    await there.status.updateComplete;
    expect(checks(there.status)).to.equal(1);
  });

  it('goes on where the browser keeps nothing, and says so', async () => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = () => {
      throw new DOMException('Full.', 'QuotaExceededError');
    };
    try {
      const [here, there] = [await mountStatus(), await mountStatus()];
      for (const { source } of [here, there]) {
        source.enter('me');
        source.come('ada', 'Ada');
      }
      await here.status.updateComplete;
      await press(here.status, 'ada', '.toggle');
      await press(here.status, 'ada', '.same');
      await there.status.updateComplete;
      expect([checks(here.status), checks(there.status)]).to.deep.equal([1, 1]);
      expect(words(all(here.status, '.advice')[0])).to.contain('keeps nothing');
    } finally {
      Storage.prototype.setItem = setItem;
    }
  });

  it('goes on where something else was stored', async () => {
    for (const text of ['{', 'null', '[null,{"identity":[],"name":{}}]']) {
      localStorage.setItem(STORAGE_KEY, text);
      const { source, status } = await mountStatus();
      source.enter('me');
      source.come('ada', 'Ada');
      await status.updateComplete;
      expect(checks(status), text).to.equal(0);
    }
  });

  it('takes names as words, whatever is in them', async () => {
    const NAMES = [
      '<img src=x onerror=window.hit=1>',
      '\u202egnp.exe\u202d',
      'x'.repeat(256),
      'Z\u0300\u0301\u0302\u0303'.repeat(50),
      '\ufffc\ufffc',
      '${this}{{x}}',
      '\ud800',
    ];
    remember(...NAMES.map((name, at) => [`v${at}`, name] as const));
    const { source, status } = await mountStatus();
    status.style.inlineSize = '240px';
    source.enter('me');
    for (const [at, name] of NAMES.entries()) {
      source.come(`v${at}`, 'Somebody');
      source.come(`s${at}`, name);
    }
    await status.updateComplete;
    for (const at of NAMES.keys()) await press(status, `s${at}`, '.toggle');
    expect(all(status, '[role=alert]').length).to.equal(NAMES.length - 1);
    expect(status.shadowRoot!.querySelector('img')).to.equal(null);
    expect((window as { hit?: unknown }).hit).to.equal(undefined);
    // What turns text about does so within a name only.
    for (const bdi of all(status, '.loud bdi')) expect(getComputedStyle(bdi).unicodeBidi).to.equal('isolate');
    expect(status.scrollWidth).to.be.at.most(240);
    for (const row of all(status, '.peer')) {
      expect(row.scrollWidth, words(row).slice(0, 60)).to.be.at.most(row.clientWidth);
    }
  });

  it('finds its source by id, and leaves it', async () => {
    const box = await fixture<HTMLElement>(
      '<div><peer-group id="tea"></peer-group><peer-status for="tea"></peer-status></div>',
    );
    const status = box.querySelector('peer-status')!;
    const source = box.querySelector('peer-group') as unknown as Awaited<
      ReturnType<typeof mountStatus>
    >['source'];
    source.enter('me');
    source.come('ada', 'Ada');
    await status.updateComplete;
    expect(rowOf(status, 'ada')).not.to.equal(undefined);
    status.for = 'nowhere';
    await status.updateComplete;
    expect(all(status, '.peer')).to.have.lengthOf(0);
    expect(words(all(status, '[part=notice]')[0])).to.equal('Not connected');
  });

  it('speaks another language, in part', async () => {
    const { source, status } = await mountStatus();
    status.strings = { direct: 'Direkt', suspect: (name) => `Das ist nicht ${name}, nicht ${name}!` };
    remember(['ada', 'Ada']);
    dispatchEvent(new StorageEvent('storage', { key: STORAGE_KEY }));
    source.enter('me');
    source.come('eve', 'ada');
    await status.updateComplete;
    expect(words(rowOf(status, 'eve'))).to.contain('Direkt');
    expect(words(all(status, '.loud')[0])).to.equal('Das ist nicht Ada, nicht Ada!');
  });

  it('keeps the keyboard’s place when a peer leaves', async () => {
    const { source, status } = await mountStatus();
    source.enter('me');
    source.come('ada', 'Ada');
    source.come('linus', 'Linus');
    await status.updateComplete;
    rowOf(status, 'ada').querySelector<HTMLElement>('.toggle')!.focus();
    source.lose('ada');
    await status.updateComplete;
    expect(status.shadowRoot!.activeElement).to.equal(all(status, '.list')[0]);
  });
});
