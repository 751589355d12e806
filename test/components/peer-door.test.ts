import { expect, fixture } from '@open-wc/testing';
import type { PeerDoorElement } from '../../components/peer-door.js';
import { STORAGE_KEY } from '../../components/verified-peers.js';
import { PeerError } from '../../src/errors.js';
import { record, until } from '../support/until.js';
import { idOf, press } from './chat-fake.js';
import { mountDoor, register, type FakeDoorSource } from './door-fake.js';
import { all, numberOf, words } from './status-fake.js';

register();

const remember = (...peers: readonly (readonly [string, string])[]): void => {
  const list = peers.map(([id, name]) => ({ identity: idOf(id), name }));
  localStorage.setItem(STORAGE_KEY, JSON.stringify(list));
};
const cardOf = (door: PeerDoorElement, name: string): HTMLElement | undefined =>
  all(door, '[data-peer]').find(({ dataset }) => dataset['peer'] === idOf(name));
const piece = (door: PeerDoorElement, name: string, selector: string): HTMLElement =>
  cardOf(door, name)!.querySelector<HTMLElement>(selector)!;
const said = (door: PeerDoorElement): string[] => all(door, '[role=status] p').map(words);
const seen = (door: PeerDoorElement): string => words(all(door, '.visitor')[0]);
const focused = (door: PeerDoorElement): Element | null => door.shadowRoot!.activeElement;

async function click(door: PeerDoorElement, target: HTMLElement): Promise<void> {
  target.click();
  await door.updateComplete;
  await door.updateComplete;
}

/** As a mouse does it. */
const point = (target: HTMLElement, detail = 1): boolean =>
  target.dispatchEvent(new MouseEvent('click', { detail, bubbles: true, composed: true }));

async function inside(
  ...names: readonly string[]
): Promise<{ source: FakeDoorSource; door: PeerDoorElement }> {
  const { source, door } = await mountDoor();
  source.enter('me');
  for (const name of names) source.knock(name, name.toUpperCase());
  await door.updateComplete;
  return { source, door };
}

beforeEach(() => localStorage.removeItem(STORAGE_KEY));
after(() => localStorage.removeItem(STORAGE_KEY));

describe('<peer-door>', () => {
  it('takes no room while nobody knocks', async () => {
    const box = await fixture<HTMLElement>(`<div style="display: flex; flex-direction: column; gap: 20px">
      <peer-group id="tea"></peer-group><peer-door for="tea"></peer-door><p style="margin: 0">Below</p></div>`);
    const [source, door] = [
      box.querySelector<FakeDoorSource>('peer-group')!,
      box.querySelector('peer-door')!,
    ];
    const above = (): number =>
      box.lastElementChild!.getBoundingClientRect().top - source.getBoundingClientRect().bottom;
    const states = async (): Promise<string[]> => {
      await door.updateComplete;
      return ['knocks', 'waiting', 'refused'].filter((state) => door.matches(`:state(${state})`));
    };
    for (const act of [
      () => undefined,
      () => source.turn('connecting'),
      () => source.enter('me'),
      () => source.turn('disconnected'),
      () => source.turn('failed', new PeerError('unreachable', 'Nobody there.')),
      () => source.turn('closed'),
    ]) {
      act();
      expect(await states()).to.deep.equal([]);
      expect(above()).to.equal(20);
      expect(door.getClientRects()).to.have.lengthOf(0);
    }
    source.enter('me');
    source.knock('ada', 'Ada');
    expect(await states()).to.deep.equal(['knocks']);
    expect(above()).to.be.greaterThan(60);
    door.hidden = true;
    expect(above()).to.equal(20);
    door.hidden = false;
    source.end('ada', 'gone');
    expect(await states()).to.deep.equal([]);
    expect(above()).to.equal(20);
  });

  it('shows who knocks and for how long, the first one first', async () => {
    const { source, door } = await mountDoor('label="Visitors"');
    source.enter('me');
    source.knock('ada', 'Ada', 125_000);
    source.knock('linus', '\u200b ');
    source.knock('grace', 'Grace', 2 * 3_600_000);
    await door.updateComplete;
    const cards = all(door, '[data-peer]').map((card) => [
      words(card.querySelector('.name')),
      words(card.querySelector('[part=meta]')),
    ]);
    expect(cards).to.deep.equal([
      ['Ada', 'Waiting for 2 min'],
      ['Somebody without a name', 'Has just come'],
      ['Grace', 'Waiting for 2 h'],
    ]);
    expect(words(all(door, '.header')[0])).to.equal('Visitors 3');
    expect(all(door, '.list')[0]!.getAttribute('aria-label')).to.equal('Visitors');
  });

  it('lets in, once, and says so to the page', async () => {
    const { source, door } = await inside('ada', 'linus');
    const told = record<{ peer: { id: string }; accepted: boolean; reason: string }>(door, 'decide');
    const button = piece(door, 'ada', '.let-in');
    button.click();
    button.click();
    await door.updateComplete;
    expect(source.decisions).to.deep.equal([{ name: 'ada', accepted: true, reason: undefined }]);
    expect(cardOf(door, 'ada')).to.equal(undefined);
    expect(cardOf(door, 'linus')).not.to.equal(undefined);
    expect(told.map(({ detail: { peer, ...detail } }) => ({ id: peer.id, ...detail }))).to.deep.equal([
      { id: idOf('ada'), accepted: true, reason: '' },
    ]);
  });

  it('sends away with one click, or with a reason', async () => {
    const { source, door } = await inside('ada', 'linus', 'grace');
    await click(door, piece(door, 'ada', '.not-now'));

    const why = piece(door, 'linus', '.why');
    expect(why.getAttribute('aria-expanded')).to.equal('false');
    await click(door, why);
    const field = piece(door, 'linus', 'input') as HTMLInputElement;
    expect(why.getAttribute('aria-expanded')).to.equal('true');
    expect(door.shadowRoot!.getElementById(why.getAttribute('aria-controls')!)!.contains(field)).to.equal(
      true,
    );
    expect(focused(door)).to.equal(field);
    expect(field.labels![0]!.textContent).to.equal('Why not? They will read it.');
    expect(field.maxLength).to.equal(256);
    field.value = '  Too late today. ';
    await click(door, piece(door, 'linus', '.not-now'));

    await click(door, piece(door, 'grace', '.why'));
    const other = piece(door, 'grace', 'input') as HTMLInputElement;
    other.value = 'x'.repeat(300);
    await press(other, 'Enter');
    expect(source.decisions).to.deep.equal([
      { name: 'ada', accepted: false, reason: undefined },
      { name: 'linus', accepted: false, reason: 'Too late today.' },
      { name: 'grace', accepted: false, reason: 'x'.repeat(256) },
    ]);
  });

  it('gives no reason with a welcome, nor an empty one', async () => {
    const { source, door } = await inside('ada', 'linus');
    for (const name of ['ada', 'linus']) await click(door, piece(door, name, '.why'));
    (piece(door, 'ada', 'input') as HTMLInputElement).value = 'Never mind';
    await click(door, piece(door, 'ada', '.let-in'));
    await click(door, piece(door, 'linus', '.not-now'));
    expect(source.decisions).to.deep.equal([
      { name: 'ada', accepted: true, reason: undefined },
      { name: 'linus', accepted: false, reason: undefined },
    ]);
  });

  it('closes the field by Esc, which stays here, and gives the place back', async () => {
    const { source, door } = await inside('ada');
    const heard = record(source, 'keydown');
    await click(door, piece(door, 'ada', '.why'));
    expect(await press(piece(door, 'ada', 'input'), 'Escape')).to.equal(false);
    await until(() => focused(door) === piece(door, 'ada', '.why'), { what: 'the focus back' });
    expect(piece(door, 'ada', 'input')).to.equal(null);
    expect(heard).to.deep.equal([]);
    expect(source.decisions).to.deep.equal([]);
  });

  it('takes no second click of two for the next one in line', async () => {
    const { source, door } = await inside('ada', 'linus');
    point(piece(door, 'ada', '.let-in'));
    await door.updateComplete;
    point(piece(door, 'linus', '.let-in'), 2);
    expect(source.decisions.map(({ name }) => name)).to.deep.equal(['ada']);
    // A click of its own counts at once.
    point(piece(door, 'linus', '.let-in'));
    expect(source.decisions.map(({ name }) => name)).to.deep.equal(['ada', 'linus']);
  });

  it('lets nobody in who has just slipped under the pointer', async () => {
    const { source, door } = await inside('ada', 'linus', 'grace');
    source.end('ada', 'gone');
    await door.updateComplete;
    point(piece(door, 'linus', '.let-in'));
    expect(source.decisions).to.deep.equal([]);
    piece(door, 'grace', '.let-in').click();
    expect(source.decisions.map(({ name }) => name)).to.deep.equal(['grace']);
    await until(
      () => {
        point(piece(door, 'linus', '.let-in'));
        return source.decisions.length === 2;
      },
      { what: 'a click that counts' },
    );
  });

  it('takes away what others have decided', async () => {
    const { source, door } = await inside('ada', 'linus', 'grace');
    source.end('ada', 'accepted');
    source.end('linus', 'rejected');
    source.end('grace', 'gone');
    await door.updateComplete;
    expect(all(door, '.list')).to.have.lengthOf(0);
    expect(said(door).slice(-3)).to.deep.equal([
      'ADA was let in',
      'LINUS was not let in',
      'GRACE does not wait any more',
    ]);
  });

  it('shows somebody again who knocks again', async () => {
    const { source, door } = await inside('ada');
    await click(door, piece(door, 'ada', '.not-now'));
    expect(cardOf(door, 'ada')).to.equal(undefined);
    source.knock('ada', 'Ada, please');
    await door.updateComplete;
    await click(door, piece(door, 'ada', '.let-in'));
    expect(source.decisions.map(({ accepted }) => accepted)).to.deep.equal([false, true]);
  });

  it('says who wants to come in, and of a crowd only how many', async () => {
    const { source, door } = await inside('ada');
    expect(said(door)).to.deep.equal(['ADA wants to come in']);
    const [first] = all(door, '[role=status] p');
    source.knock('linus', 'Linus');
    await door.updateComplete;
    expect(said(door)).to.deep.equal(['ADA wants to come in', 'Linus wants to come in']);
    // What was said is not said again.
    expect(all(door, '[role=status] p')[0]).to.equal(first);
    for (let at = 0; at < 7; at++) source.knock(`p${at}`, `P${at}`);
    await door.updateComplete;
    expect(said(door).at(-1)).to.equal('7 people want to come in');
    for (let at = 0; at < 30; at++) (source.end(`p${at % 7}`, 'gone'), source.knock(`p${at % 7}`, 'x'));
    await door.updateComplete;
    expect(said(door)).to.have.lengthOf(5);
  });

  it('says nothing of knocks that were never here to be decided', async () => {
    const { source, door } = await inside();
    const knock = source.knock('ada', 'Ada');
    source.knocks.clear();
    source.fire('joinrequestend', { peer: knock.peer, outcome: 'accepted' });
    await door.updateComplete;
    expect(said(door)).to.deep.equal([]);
    expect(door.matches(':state(knocks)')).to.equal(false);
  });

  it('shows the first of a crowd, and how many there are beyond', async () => {
    const { source, door } = await inside();
    for (let at = 0; at < 45; at++) source.knock(`p${at}`, `P${at}`);
    await door.updateComplete;
    expect(all(door, '[data-peer]')).to.have.lengthOf(20);
    expect(words(all(door, '[part=others]')[0])).to.equal('and 25 more');
    const list = all(door, '.list')[0]!;
    expect(list.scrollHeight).to.be.greaterThan(list.clientHeight);
    expect(door.getBoundingClientRect().height).to.be.at.most(0.7 * innerHeight + 1);
    await click(door, piece(door, 'p0', '.let-in'));
    expect(cardOf(door, 'p20')).not.to.equal(undefined);
    expect(cardOf(door, 'p21')).to.equal(undefined);
  });

  it('finds its source by id, and leaves it', async () => {
    const box = await fixture<HTMLElement>(
      '<div><peer-group id="tea"></peer-group><peer-door for="tea"></peer-door></div>',
    );
    const door = box.querySelector('peer-door')!;
    const source = box.querySelector<FakeDoorSource>('peer-group')!;
    source.enter('me').knock('ada', 'Ada');
    await door.updateComplete;
    expect(cardOf(door, 'ada')).not.to.equal(undefined);
    door.for = 'nowhere';
    await door.updateComplete;
    expect(all(door, '.list')).to.have.lengthOf(0);
    expect(door.matches(':state(knocks)')).to.equal(false);
  });

  it('does with a source that has no door', async () => {
    const { source, door } = await inside();
    Object.assign(source, { knocks: undefined, knocking: undefined });
    source.turn('disconnected');
    await door.updateComplete;
    expect(all(door, '.list, .visitor')).to.have.lengthOf(0);
  });

  it('speaks another language, in part', async () => {
    const { source, door } = await mountDoor();
    door.strings = { letIn: 'Hereinlassen', wantsIn: (name) => `Darf ${name} herein? ${name}?` };
    source.enter('me').knock('ada', 'Ada');
    await door.updateComplete;
    expect(words(piece(door, 'ada', '.let-in'))).to.equal('Hereinlassen Ada');
    expect(words(piece(door, 'ada', '.not-now'))).to.equal('Not now Ada');
    expect(said(door)).to.deep.equal(['Darf Ada herein? Ada?']);
  });
});

describe('<peer-door> and who is who', () => {
  it('shows who is verified, whatever it is called now', async () => {
    remember(['ada', 'Ada']);
    const { source, door } = await inside();
    source.knock('ada', 'Countess');
    await door.updateComplete;
    expect(piece(door, 'ada', '.check').getAttribute('aria-label')).to.equal('Verified');
    expect(words(piece(door, 'ada', '[part=meta]'))).to.equal('Has just come verified as Ada');
  });

  it('says loudly that somebody is somebody else, and suggests nothing', async () => {
    remember(['ada', 'Ada']);
    const { source, door } = await inside('linus');
    source.knock('eve', 'ＡＤＡ');
    await door.updateComplete;
    expect(words(piece(door, 'eve', '[role=alert]'))).to.match(/^This is not the Ada that you verified/);
    const colour = (name: string): string => getComputedStyle(piece(door, name, '.let-in')).backgroundColor;
    expect(colour('eve')).not.to.equal(colour('linus'));
    expect(cardOf(door, 'linus')!.querySelector('[role=alert]')).to.equal(null);
    // Another name makes it no better.
    source.rename('eve', 'Eve');
    await door.updateComplete;
    expect(words(piece(door, 'eve', '.name'))).to.equal('Eve');
    expect(piece(door, 'eve', '[role=alert]')).not.to.equal(null);
  });

  it('shows the number on demand, and keeps who is verified by it', async () => {
    const { source, door } = await inside();
    source.knock('ada', 'Ada');
    await door.updateComplete;
    const toggle = piece(door, 'ada', '.toggle');
    expect(words(toggle)).to.equal('Safety number with Ada');
    await click(door, toggle);
    await until(() => piece(door, 'ada', '[part=group]')?.textContent.trim(), { what: 'the number' });
    const shown = [...cardOf(door, 'ada')!.querySelectorAll('.number [aria-hidden]')].map(words);
    expect(shown.join(' ')).to.equal(numberOf(idOf('ada')));
    expect(door.shadowRoot!.getElementById(toggle.getAttribute('aria-controls')!)).not.to.equal(null);
    await click(door, piece(door, 'ada', '.same'));
    expect(piece(door, 'ada', '.check')).not.to.equal(null);
    expect(JSON.parse(localStorage.getItem(STORAGE_KEY)!)).to.deep.equal([
      { identity: idOf('ada'), name: 'Ada' },
    ]);
    await click(door, piece(door, 'ada', '[part~=take-back]'));
    expect(piece(door, 'ada', '.check')).to.equal(null);
    await click(door, toggle);
    expect(piece(door, 'ada', '.panel')).to.equal(null);
  });

  it('takes names as words, whatever is in them', async () => {
    const NAMES = [
      '<img src=x onerror=window.hit=1>',
      '\u202egnp.exe\u202d',
      'x'.repeat(256),
      'Z\u0300\u0301\u0302\u0303'.repeat(50),
      '👩‍👩‍👧‍👦'.repeat(20),
      'שלום '.repeat(40),
      '\ufffc\ufffc',
      '${this}{{x}}',
      '\ud800',
    ];
    const { source, door } = await inside();
    door.style.inlineSize = '240px';
    for (const [at, name] of NAMES.entries()) source.knock(`s${at}`, name);
    await door.updateComplete;
    expect(all(door, 'img')).to.have.lengthOf(0);
    expect((window as { hit?: unknown }).hit).to.equal(undefined);
    // What turns text about does so within a name only.
    for (const bdi of all(door, 'bdi')) expect(getComputedStyle(bdi).unicodeBidi).to.equal('isolate');
    const heights = all(door, '[data-peer]').map((card) => card.getBoundingClientRect().height);
    expect(Math.max(...heights)).to.be.at.most(180);
    for (const card of all(door, '[data-peer]')) {
      expect(card.scrollWidth, words(card).slice(0, 60)).to.be.at.most(card.clientWidth);
      expect(card.getAttribute('aria-label')!.length).to.be.at.most(200);
    }
    source.knock('long', 'y'.repeat(256));
    await door.updateComplete;
    expect(said(door).at(-1)).to.equal(`${'y'.repeat(80)}… wants to come in`);
    expect(all(door, '[role=status] bdi').at(-1)!.textContent).to.equal(`${'y'.repeat(80)}…`);
  });
});

describe('<peer-door> and the keyboard', () => {
  it('takes the focus from nobody', async () => {
    const { source, door } = await mountDoor();
    const field = source.appendChild(document.createElement('input'));
    field.focus();
    source.enter('me').knock('ada', 'Ada');
    await door.updateComplete;
    source.knock('linus', 'Linus');
    await door.updateComplete;
    source.end('ada', 'accepted');
    await door.updateComplete;
    expect(document.activeElement).to.equal(field);
  });

  it('goes on to the next card, then the last one, then back where it was', async () => {
    const { source, door } = await inside('ada', 'linus', 'grace');
    const field = source.appendChild(document.createElement('input'));
    field.focus();
    piece(door, 'linus', '.let-in').focus();
    await click(door, piece(door, 'linus', '.let-in'));
    expect(focused(door)).to.equal(cardOf(door, 'grace'));
    piece(door, 'grace', '.not-now').focus();
    await click(door, piece(door, 'grace', '.not-now'));
    expect(focused(door)).to.equal(cardOf(door, 'ada'));
    piece(door, 'ada', '.let-in').focus();
    await click(door, piece(door, 'ada', '.let-in'));
    expect(document.activeElement).to.equal(field);
  });

  it('goes on where others have decided, too', async () => {
    const { source, door } = await inside('ada', 'linus');
    piece(door, 'ada', '.not-now').focus();
    source.end('ada', 'gone');
    await door.updateComplete;
    expect(focused(door)).to.equal(cardOf(door, 'linus'));
  });

  it('is focused by its page', async () => {
    const { source, door } = await inside('ada', 'linus');
    door.focus();
    expect(focused(door)).to.equal(cardOf(door, 'ada'));
    source.wait();
    await door.updateComplete;
    door.focus();
    expect(words(focused(door))).to.equal('Give up');
  });
});

describe('<peer-door> before somebody who knocks', () => {
  it('says that they wait, as whom, and whether anybody listens', async () => {
    const { source, door } = await mountDoor();
    source.displayName = 'Ada';
    source.wait();
    await door.updateComplete;
    expect(seen(door)).to.equal('Waiting to be let in… You are asking as Ada. Give up');
    expect(door.matches(':state(waiting)')).to.equal(true);
    source.fire('knock', { answering: false });
    await door.updateComplete;
    expect(seen(door)).to.contain('Nobody inside has seen it yet.');
    source.fire('knock', { answering: true });
    await door.updateComplete;
    expect(seen(door)).to.contain('Somebody inside can see it.');
    expect(said(door)).to.deep.equal([
      'Waiting to be let in…',
      'Waiting to be let in… Nobody inside has seen it yet.',
      'Waiting to be let in… Somebody inside can see it.',
    ]);
    source.letIn();
    await door.updateComplete;
    expect(all(door, '.visitor')).to.have.lengthOf(0);
    expect(door.matches(':state(waiting)')).to.equal(false);
  });

  it('says that they have no name', async () => {
    const { source, door } = await mountDoor();
    source.displayName = '\u200b';
    source.wait();
    await door.updateComplete;
    expect(seen(door)).to.contain('You are asking without a name.');
  });

  it('lets them give up and ask again, with one button that keeps the focus', async () => {
    const { source, door } = await mountDoor();
    source.wait(true);
    await door.updateComplete;
    const button = all(door, '.visitor button')[0]!;
    button.focus();
    await click(door, button);
    expect(source.state).to.equal('closed');
    expect(seen(door)).to.equal('You are not waiting any more Ask again');
    expect(door.matches(':state(refused)')).to.equal(true);
    expect(focused(door)).to.equal(button);
    // The second half of a double click was not meant for this.
    point(button, 2);
    expect(source.connects).to.equal(0);
    await click(door, button);
    expect(source.connects).to.equal(1);
    expect(seen(door)).to.contain('Asking to come in…');
    source.wait();
    await door.updateComplete;
    // Nothing is known any more of who listened then.
    expect(seen(door)).to.equal('Waiting to be let in… You are asking without a name. Give up');
    expect(focused(door)).to.equal(button);
  });

  it('shows why they were not let in, in the words of a stranger', async () => {
    const { source, door } = await mountDoor();
    source.wait(true);
    await door.updateComplete;
    const reason = `<b>No.</b> \u202e${'x'.repeat(240)}`;
    source.refuse(new PeerError('rejected', reason, { final: true }));
    await door.updateComplete;
    expect(words(all(door, '[part=title]')[0])).to.equal('You were not let in');
    expect(all(door, '[part=text]')[0]!.textContent).to.equal(reason);
    expect(all(door, '.visitor b')).to.have.lengthOf(0);
    door.style.inlineSize = '240px';
    expect(door.scrollWidth).to.be.at.most(240);
    expect(said(door).at(-1)).to.contain('You were not let in');
    await click(door, all(door, '.again')[0]!);
    expect(source.connects).to.equal(1);
    source.letIn();
    await door.updateComplete;
    expect(all(door, '.visitor')).to.have.lengthOf(0);
  });

  it('shows it to an element that comes later, too', async () => {
    const { source, door } = await mountDoor();
    source.turn('failed', new PeerError('rejected', 'No.', { final: true }));
    const later = document.createElement('peer-door');
    door.replaceWith(later);
    await later.updateComplete;
    expect(seen(later)).to.equal('You were not let in No. Ask again');
  });

  it('tells of other ends while they wait, and of none that come before', async () => {
    for (const code of ['timeout', 'wrong-password', 'room-full', 'kicked'] as const) {
      const { source, door } = await mountDoor();
      source.wait(false);
      source.refuse(new PeerError(code, 'That is why.', { final: true }));
      await door.updateComplete;
      expect(seen(door), code).to.equal('You could not come in That is why. Ask again');
      source.connect();
      await door.updateComplete;
      expect(seen(door), code).to.equal('');
      source.turn('failed', new PeerError('timeout', 'The server does not answer.', { final: true }));
      await door.updateComplete;
      expect(seen(door), code).to.equal('');
    }
  });

  it('leaves what the page closes to the page', async () => {
    const { source, door } = await mountDoor();
    source.wait(true);
    await door.updateComplete;
    source.close();
    await door.updateComplete;
    expect(seen(door)).to.equal('');
  });
});
