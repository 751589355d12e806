import { expect } from '@open-wc/testing';
import { Pace } from '../../components/file-pace.js';
import {
  MAX_FILE_NAME,
  cleanFileName,
  extensionOf,
  formatDuration,
  formatSize,
  isRaster,
  kindOf,
} from '../../components/file-text.js';

/** What arrives, and what is left of it. */
const NAMES: readonly (readonly [string, string])[] = [
  ['report.pdf', 'report.pdf'],
  ['  spaced   out .txt ', 'spaced out .txt'],
  ['photo.jpg                                                  .exe', 'photo.jpg .exe'],
  ['line\nbreak\r\n\ttab.txt', 'line break tab.txt'],
  ['\u202Egpj.exe', 'gpj.exe'],
  ['a\u2066b\u2069c\u200Ed\uFEFF.txt', 'abcd.txt'],
  ['nul\u0000byte\u001b[31m.txt', 'nulbyte[31m.txt'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['..\\..\\windows\\win.ini', '_.._windows_win.ini'],
  ['C:\\autoexec.bat', 'C__autoexec.bat'],
  ['/absolute', '_absolute'],
  ['.htaccess', 'htaccess'],
  ['...', ''],
  ['. . .', ''],
  ['trailing dots...', 'trailing dots'],
  ['what?*"<>|.txt', 'what______.txt'],
  ['<img src=x onerror=alert(1)>.png', '_img src=x onerror=alert(1)_.png'],
  ['\ud800lonely.txt', 'lonely.txt'],
  ['ملف.pdf', 'ملف.pdf'],
  ['👨‍👩‍👧 family.png', '👨‍👩‍👧 family.png'],
  ['\u200b', ''],
  ['', ''],
];

describe('The name of a file', () => {
  for (const [given, left] of NAMES) {
    it(`${JSON.stringify(given)} becomes ${JSON.stringify(left)}`, () => {
      expect(cleanFileName(given)).to.equal(left);
    });
  }

  it('is none where it is no text', () => {
    for (const value of [undefined, null, 7, {}, ['a'], { toString: () => 'a' }]) {
      expect(cleanFileName(value)).to.equal('');
    }
  });

  it('is shortened before its ending, and never within a character', () => {
    for (const given of [
      'x'.repeat(1_000_000) + '.pdf',
      '😀'.repeat(500) + '.pdf',
      ' a😀'.repeat(99) + '.pdf',
    ]) {
      const name = cleanFileName(given);
      expect(name.length).to.be.at.most(MAX_FILE_NAME);
      expect(name).to.match(/….pdf$/u);
      // It throws for half a character.
      expect(() => encodeURIComponent(name)).not.to.throw();
    }
  });

  it('is the same once it is clean', () => {
    for (const [given] of NAMES) expect(cleanFileName(cleanFileName(given))).to.equal(cleanFileName(given));
    const long = cleanFileName('a b'.repeat(200));
    expect(cleanFileName(long)).to.equal(long);
  });

  it('ends in what tells its kind', () => {
    expect(
      ['a.pdf', 'a.tar.gz', 'a', '.a', 'a.', 'a. b', `a.${'x'.repeat(20)}`].map(extensionOf),
    ).to.deep.equal(['.pdf', '.gz', '', '', '.', '', '']);
    expect(kindOf('a.pdf', 'text/html')).to.equal('PDF');
    expect(kindOf('a', 'audio/webm')).to.equal('WEBM');
    expect(kindOf('a', 'application/x-gzip')).to.equal('GZIP');
    expect(kindOf('a', '<b>/<i>')).to.equal('');
    expect(kindOf('', '')).to.equal('');
  });
});

describe('Only a picture that is nothing else', () => {
  it('is drawn', () => {
    expect(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'].every(isRaster)).to.equal(
      true,
    );
    for (const type of ['image/svg+xml', 'image/png; charset=x', 'IMAGE/PNG', 'text/html', '', 'image/*']) {
      expect(isRaster(type), type).to.equal(false);
    }
  });
});

describe('Figures are written', () => {
  it('in a unit that suits them', () => {
    expect([0, 1, 999, 1000, 1234, 999_499, 999_500, 2_340_000, 1e12, 9e15].map(formatSize)).to.deep.equal([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '1 kB',
      '1.23 kB',
      '999 kB',
      '1 MB',
      '2.34 MB',
      '1 TB',
      '9,000 TB',
    ]);
  });

  it('no more exactly than anybody wants to know', () => {
    expect([0, 0.2, 4.1, 11, 59, 61, 3599, 3661, 100_000].map(formatDuration)).to.deep.equal([
      '1 sec',
      '1 sec',
      '5 sec',
      '15 sec',
      '60 sec',
      '2 min',
      '1 hr 0 min',
      '1 hr 2 min',
      '1 day',
    ]);
  });
});

describe('A pace', () => {
  const SECOND = 1000;

  it('is nobody’s guess at first', () => {
    const pace = new Pace();
    expect(pace.rate(0, 0)).to.equal(null);
    pace.note(0, 0);
    expect(pace.rate(50, 100)).to.equal(null);
  });

  it('is that of the last seconds', () => {
    const pace = new Pace();
    for (let second = 0; second <= 10; second++) pace.note(second * 100, second * SECOND);
    expect(pace.rate(1000, 10 * SECOND)).to.be.closeTo(100, 1);
    for (let second = 11; second <= 20; second++) pace.note(1000 + (second - 10) * 500, second * SECOND);
    expect(pace.rate(6000, 20 * SECOND)).to.be.closeTo(500, 1);
  });

  it('hardly trembles while what arrives comes in lumps', () => {
    const pace = new Pace();
    const rates: number[] = [];
    for (let tick = 0; tick < 200; tick++) {
      const loaded = Math.floor(tick / 5) * 500;
      pace.note(loaded, tick * 100);
      if (tick > 100) rates.push(pace.rate(loaded, tick * 100)!);
    }
    expect(Math.min(...rates)).to.be.above(850);
    expect(Math.max(...rates)).to.be.below(1150);
  });

  it('slows down when nothing comes, and forgets a pause', () => {
    const pace = new Pace();
    for (let second = 0; second <= 5; second++) pace.note(second * 100, second * SECOND);
    expect(pace.rate(500, 10 * SECOND)).to.be.below(100);
    expect(pace.rate(500, 10_000 * SECOND)).to.be.below(1);
    pace.reset();
    expect(pace.rate(500, 10_000 * SECOND)).to.equal(null);
  });
});
