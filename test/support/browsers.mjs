/** Finds the browsers that tests run in, or installs them where that is possible without asking. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** @typedef {'chromium' | 'firefox'} Kind */

const KINDS = {
  chromium: {
    env: ['CHROME_PATH', 'PUPPETEER_EXECUTABLE_PATH'],
    commands: [
      'chromium',
      'chromium-browser',
      'google-chrome-stable',
      'google-chrome',
      'chrome',
      'microsoft-edge',
    ],
    places: [
      '/snap/bin/chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
      'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    ],
    // Playwright's Firefox is patched and speaks no WebDriver BiDi: only its Chromium is of use.
    caches: [
      { dir: '.cache/ms-playwright', below: ['chrome-linux64/chrome', 'chrome-linux/chrome'] },
      { dir: '.cache/puppeteer/chrome', below: ['chrome-linux64/chrome'] },
    ],
    debian: 'chromium',
  },
  firefox: {
    env: ['FIREFOX_PATH'],
    commands: ['firefox', 'firefox-esr'],
    places: [
      '/snap/bin/firefox',
      '/Applications/Firefox.app/Contents/MacOS/firefox',
      'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
    ],
    caches: [{ dir: '.cache/puppeteer/firefox', below: ['firefox/firefox'] }],
    debian: 'firefox-esr',
  },
};

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export const onPath = (command) =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((dir) => join(dir, command))
    .find(isExecutable);

function* candidates({ env, commands, places, caches }) {
  for (const name of env) yield process.env[name];
  for (const command of commands) yield onPath(command);
  yield* places;
  for (const { dir, below } of caches) {
    const cache = join(homedir(), dir);
    if (!existsSync(cache)) continue;
    for (const version of readdirSync(cache)) for (const file of below) yield join(cache, version, file);
  }
}

/** An executable file proves little: stubs that only say how to install the real thing are executable, too. */
const answers = (path) =>
  /\d+\.\d/.test(spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000 }).stdout ?? '');

/**
 * @param {Kind} kind
 * @returns {string | undefined} path of a browser that starts
 */
export function findBrowser(kind) {
  for (const path of candidates(KINDS[kind])) if (path && isExecutable(path) && answers(path)) return path;
  return undefined;
}

export const canInstall = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && Boolean(onPath('apt-get'));

export function aptGet(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['-qq', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

/**
 * @param {Kind} kind
 * @param {(line: string) => void} say
 * @returns {string | undefined} undefined after having said what to do about it
 */
export function findOrInstallBrowser(kind, say) {
  const found = findBrowser(kind);
  if (found) return found;
  const { debian, env } = KINDS[kind];
  if (!canInstall()) {
    say(`No ${kind} found. Install it, or set ${env[0]} to its path; on Debian: apt-get install ${debian}`);
    return undefined;
  }
  say(`No ${kind} found: installing the package ${debian} …`);
  if (aptGet('update') && aptGet('install', '-y', '--no-install-recommends', debian))
    return findBrowser(kind);
  say(`Installing ${debian} failed.`);
  return undefined;
}

/**
 * How Chromium is started. Peers on one machine must find each other whatever its network looks like, even with
 * nothing but a loopback interface; and a browser under test calls nobody by itself.
 */
export const chromiumArgs = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--allow-loopback-in-peer-connection',
  // Answers for the visitor who would allow camera and microphone; host addresses are then not hidden by mDNS.
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/** The same for Firefox. */
export const firefoxPrefs = {
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.navigator.permission.disabled': true,
  'media.navigator.streams.fake': true,
  'media.autoplay.default': 0,
  // Where one socket failed, it has all others to that address wait for up to a minute: those of other tests, too (RFC 6455, 7.2.3).
  'network.websocket.delay-failed-reconnects': false,
};
