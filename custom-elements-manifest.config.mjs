/** What a consumer imports: every declaration is reachable through this one module. */
const BUNDLE = 'dist/peer-elements.js';

const isOurs = (path) => /^\/?components\//.test(path ?? '');

/** Every `{ module: 'components/…' }` below `node` points at the bundle afterwards. */
function pointAtBundle(node) {
  if (typeof node !== 'object' || node === null) return;
  if (typeof node.module === 'string' && isOurs(node.module)) node.module = BUNDLE;
  for (const value of Object.values(node)) pointAtBundle(value);
}

const isPublic = (member) =>
  (member.privacy ?? 'public') === 'public' && !member.name.startsWith('#') && !member.name.startsWith('_');

/**
 * The analyzer lists a method once for every overload. Of these the last one, which implements them, stands for all, with
 * what is said about the first.
 */
function withoutOverloads(members = []) {
  const byName = new Map();
  for (const member of members) {
    const first = member.kind === 'method' ? byName.get(member.name) : undefined;
    byName.set(member.name, { ...member, ...(first && { description: first.description }) });
  }
  return [...byName.values()];
}

/**
 * The analyzer describes source modules; nobody can import those from the package. This joins them into the one
 * module that is published, and leaves out what no consumer may use.
 */
const describeBundle = {
  name: 'describe-bundle',
  packageLinkPhase({ customElementsManifest: manifest }) {
    const declarations = manifest.modules
      .filter((module) => isOurs(module.path))
      .flatMap((module) => module.declarations ?? [])
      .filter((declaration) => declaration.kind === 'class');
    for (const declaration of declarations) {
      declaration.members = withoutOverloads(declaration.members?.filter(isPublic));
      pointAtBundle(declaration);
    }
    const byName = (declaration) => ({ name: declaration.name, module: BUNDLE });
    manifest.modules = [
      {
        kind: 'javascript-module',
        path: BUNDLE,
        declarations,
        exports: declarations.flatMap((declaration) => [
          { kind: 'js', name: declaration.name, declaration: byName(declaration) },
          ...(declaration.tagName
            ? [
                {
                  kind: 'custom-element-definition',
                  name: declaration.tagName,
                  declaration: byName(declaration),
                },
              ]
            : []),
        ]),
      },
    ];
  },
};

export default {
  globs: ['components/*.ts'],
  exclude: ['components/*.styles.ts', 'components/define.ts', 'components/*.d.ts'],
  outdir: 'dist',
  litelement: true,
  packagejson: false,
  plugins: [describeBundle],
};
