/** Keeps ARCHITECTURE.md's "Who may import whom", and what else can be seen without running anything. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSources } from './tools/imports.mjs';

const sources = readSources('src', 'components', 'server');
const MAX_LINES = 400;

type Source = (typeof sources)[number];
type Import = Source['imports'][number];

const below = (...paths: string[]): Source[] =>
  sources.filter(({ path }) => paths.some((start) => path === `${start}.ts` || path.startsWith(`${start}/`)));

const isOurs = ({ to }: Import): boolean => /^(src|components|server|test)\//.test(to);

/** Where it stands and what is meant: a rule's message has to be enough to mend it. */
function violations(files: readonly Source[], isAllowed: (found: Import, from: Source) => boolean): string[] {
  return files.flatMap((from) =>
    from.imports
      .filter((found) => !isAllowed(found, from))
      .map(({ to, typesOnly }) => `${from.path} imports ${typesOnly ? 'types of ' : ''}${to}`),
  );
}

/** Whether an import is of one of the files, or of a folder, that these name. */
const to = (...paths: string[]): ((found: Import) => boolean) => {
  return (found) => paths.some((path) => found.to === `${path}.ts` || found.to.startsWith(`${path}/`));
};

function expectNone(found: readonly string[], why: string): void {
  assert.equal(found.length, 0, `${why}\n  ${found.join('\n  ')}\n`);
}

describe('who may import whom', () => {
  /** One module stands before a library, and is none of the core's. */
  const isLibrary = (found: Import, from: Source): boolean =>
    from.path === 'src/signaling/mqtt-connection.ts' && found.to === 'mqtt';
  const leaves = ['src/protocol', 'src/base64url', 'src/errors', 'src/signaling/backoff', 'src/codec'];
  const wire = ['src/protocol', 'src/message-frame', 'src/base64url'];

  test('the rules are about files that exist', () => {
    for (const dir of ['src', 'components', 'server', ...leaves]) assert.notEqual(below(dir).length, 0, dir);
  });

  test('protocol, errors, backoff and codec stand alone', () => {
    const own = (found: Import, from: Source): boolean =>
      from.path.startsWith('src/codec/') && found.to.startsWith('src/codec/');
    expectNone(
      violations(
        below(...leaves),
        (found, from) => own(found, from) || (found.typesOnly && to(...leaves)(found)),
      ),
      'The lowest layer imports nothing but types of itself:',
    );
  });

  test('protocol imports nothing at all, and messages only it: client and server share them', () => {
    expectNone(
      violations(below('src/protocol', 'src/base64url'), () => false),
      'Every control frame is in one file:',
    );
    expectNone(violations(below('src/message-frame'), to(...wire)), 'The wire stands alone:');
  });

  test('the core imports no package', () => {
    expectNone(
      violations(below('src'), (found, from) => isOurs(found) || isLibrary(found, from)),
      'A core user installs nothing else, and brings no DOM library:',
    );
  });

  test('an adaptor knows the seam, not what is above it', () => {
    const allowed = ['src/signaling', ...wire, 'src/errors', 'src/identity', 'src/bytes'];
    expectNone(
      violations(below('src/signaling'), (found, from) => to(...allowed)(found) || isLibrary(found, from)),
      `src/signaling may import ${allowed.join(', ')}, never room, membership, peer or path:`,
    );
  });

  test('an adaptor with a library of its own is asked for by nobody', () => {
    const others = below('src', 'components').filter(({ path }) => !path.startsWith('src/signaling/mqtt'));
    expectNone(
      violations(others, (found) => !found.to.startsWith('src/signaling/mqtt')),
      'Whoever wants it imports it; nobody else has to load it:',
    );
  });

  test('what tests are made with knows adaptors and the seam, and nobody else knows it', () => {
    const allowed = ['src/testing', 'src/signaling', ...wire, 'src/errors', 'src/identity'];
    expectNone(
      violations(below('src/testing'), to(...allowed)),
      `src/testing may import ${allowed.join(', ')}: what pages are made of is tested from outside:`,
    );
    const others = below('src', 'components', 'server').filter(
      ({ path }) => !path.startsWith('src/testing/'),
    );
    expectNone(
      violations(others, (found) => !found.to.startsWith('src/testing/')),
      'No page loads what it is tested with:',
    );
  });

  test('the seam is types only', () => {
    const seam = sources.filter(({ path }) => path === 'src/signaling.ts');
    expectNone(
      violations(seam, ({ typesOnly }) => typesOnly),
      'src/signaling.ts is a contract:',
    );
  });

  test('paths and sessions do not know each other', () => {
    expectNone(
      [
        ...violations(below('src/path'), (found) => !to('src/session')(found)),
        ...violations(below('src/session'), (found) => !to('src/path')(found)),
      ],
      'peer joins them:',
    );
  });

  test('paths and sessions do not know what is above them', () => {
    const above = ['media', 'peer', 'room', 'pair', 'source', 'membership', 'options', 'index', 'signaling'];
    expectNone(
      violations(
        below('src/path', 'src/session'),
        (found) => !to(...above.map((name) => `src/${name}`))(found),
      ),
      'Calls go down, events come up:',
    );
  });

  test('media knows neither rooms nor sessions', () => {
    const above = [
      'src/room',
      'src/pair',
      'src/source',
      'src/membership',
      'src/link',
      'src/signaling',
      'src/session',
    ];
    expectNone(
      violations(
        below('src/media'),
        (found) => !to(...above)(found) && (found.typesOnly || !to('src/path')(found)),
      ),
      'src/media is handed a connection by a path, and a way to say something by a peer:',
    );
  });

  test('rooms and pairs know no adaptor', () => {
    const files = below('src/room', 'src/pair', 'src/membership', 'src/peer');
    expectNone(
      violations(files, (found) => !found.to.startsWith('src/signaling/')),
      'They know the signalling types; which adaptor a url means is for src/signaling/url.ts to say:',
    );
  });

  test('nothing in the core imports the public entry', () => {
    expectNone(
      violations(below('src'), (found) => found.to !== 'src/index.ts'),
      'src/index.ts only exports:',
    );
  });

  test('components import lit, the public core and each other', () => {
    // One file of ours stands before a package, so that another one can take its place.
    const encoder = ['components/invite-qr.ts', 'lean-qr/nano'];
    const allowed = (found: Import, from: Source): boolean =>
      /^lit($|\/)/.test(found.to) ||
      found.to === 'src/index.ts' ||
      found.to.startsWith('components/') ||
      (from.path === encoder[0] && found.to === encoder[1]);
    expectNone(violations(below('components'), allowed), 'An element uses what a page author can use:');
  });

  test('only the two sources, the bundle and the one file that asks for a camera take more of the core than its types', () => {
    const sourcesOfPeers = ['define', 'peer-element', 'peer-group', 'peer-pair', 'video-capture'];
    const others = below('components').filter(
      ({ path }) => !sourcesOfPeers.some((name) => path === `components/${name}.ts`),
    );
    expectNone(
      violations(others, (found) => found.typesOnly || found.to !== 'src/index.ts'),
      'peer-chat and its like are handed a source element; they prove that its public API suffices:',
    );
  });

  test('the server imports the wire, Node and a few packages', () => {
    const packages = ['ws', 'sirv', 'pino', 'jose', '@redis/client'];
    const allowed = ({ to: target }: Import): boolean =>
      target.startsWith('node:') || packages.includes(target) || wire.includes(target.replace(/\.ts$/, ''));
    expectNone(
      violations(below('server'), (found) => allowed(found) || found.to.startsWith('server/')),
      `server may import ${packages.join(', ')}, node:* and the wire:`,
    );
  });

  test('there are no cycles', () => {
    const graph = new Map(
      sources.map(({ path, imports }) => [
        path,
        imports.filter((found) => isOurs(found) && !found.typesOnly),
      ]),
    );
    const finished = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (trail.includes(path) || finished.has(path)) return;
      for (const found of graph.get(path) ?? []) visit(found.to, [...trail, path]);
      finished.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expectNone(cycles, 'What imports each other cannot be understood one at a time:');
  });
});

describe('a module', () => {
  test('holds no state of its own', () => {
    const allowed = ['src/signaling/shared.ts'];
    expectNone(
      sources
        .filter(({ path }) => !allowed.includes(path))
        .flatMap(({ path, mutable }) => mutable.map((name) => `${path}: ${name}`)),
      `State belongs to an object; only ${allowed.join()} has a table for the page. A fixed one is typed Readonly…:`,
    );
  });

  test(`has at most ${MAX_LINES} lines`, () => {
    expectNone(
      // A style sheet is one long literal.
      sources
        .filter(({ path, lines }) => lines > MAX_LINES && !path.endsWith('.styles.ts'))
        .map(({ path, lines }) => `${path}: ${lines}`),
      'It does more than one thing:',
    );
  });
});
