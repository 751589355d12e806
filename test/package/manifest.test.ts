import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { filesIn, root } from '../tools/workspace.mjs';

interface Described {
  readonly name: string;
  readonly description?: string;
}
interface Declaration extends Described {
  readonly tagName?: string;
  readonly members?: readonly (Described & { kind: string; privacy?: string })[];
  readonly attributes?: readonly Described[];
  readonly events?: readonly (Described & { type?: { text: string } })[];
  readonly slots?: readonly Described[];
  readonly cssParts?: readonly Described[];
  readonly cssProperties?: readonly Described[];
}
interface Manifest {
  readonly modules: readonly {
    readonly path: string;
    readonly declarations: readonly Declaration[];
    readonly exports: readonly { kind: string; name: string }[];
  }[];
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = JSON.parse(read('dist/custom-elements.json')) as Manifest;
const modules = manifest.modules;
const elements = modules.flatMap(({ declarations }) => declarations).filter(({ tagName }) => tagName);

/** The tags that the sources promise to TypeScript: what a page can write. */
const tags = filesIn('components', '.ts')
  .flatMap((path) => [...read(path).matchAll(/^\s+'([a-z]+-[a-z-]+)': [A-Z]\w+;$/gm)])
  .map(([, tag]) => tag)
  .sort();

describe('the custom-elements manifest', () => {
  test('describes every element, under the module that a page imports', () => {
    assert.ok(tags.length > 0);
    assert.deepEqual(elements.map(({ tagName }) => tagName).sort(), tags);
    assert.deepEqual(
      modules.map(({ path }) => path),
      ['dist/peer-elements.js'],
    );
    const defined = modules.flatMap(({ exports }) => exports).filter(({ kind }) => kind.startsWith('custom'));
    assert.deepEqual(defined.map(({ name }) => name).sort(), tags);
  });

  for (const element of elements) {
    const lists = ['attributes', 'events', 'slots', 'cssParts', 'cssProperties'] as const;
    test(`has a sentence for everything about <${element.tagName}>`, () => {
      assert.ok(element.description, 'the element itself');
      const silent = lists.flatMap((list) =>
        (element[list] ?? []).filter(({ description }) => !description).map(({ name }) => `${list}: ${name}`),
      );
      assert.deepEqual(silent, []);
    });

    test(`lists the slots and parts that <${element.tagName}> renders`, () => {
      const source = filesIn('components', '.ts')
        .map(read)
        .find((text) => text.includes(`class ${element.name} `));
      assert.ok(source);
      const named = (attribute: RegExp): string[] =>
        [...source.matchAll(attribute)].flatMap(([, names = '']) => names.split(/\s+/));
      const listed = (list: readonly Described[] | undefined): Set<string> =>
        new Set(list?.map(({ name }) => name));
      const parts = named(/\bpart="([\w -]+)"/g).filter((name) => !listed(element.cssParts).has(name));
      assert.deepEqual(parts, [], 'parts');
      const slots = named(/<slot name="([\w-]+)"/g).filter((name) => !listed(element.slots).has(name));
      assert.deepEqual(slots, [], 'slots');
    });
  }
});
