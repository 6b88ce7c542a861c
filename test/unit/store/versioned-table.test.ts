import { expect, test } from 'vitest';
import { toName } from '../../../src/codec/dns/name.ts';
import { NameTable } from '../../../src/store/name-table.ts';
import { VersionedTable } from '../../../src/store/versioned-table.ts';

interface Host {
  readonly text: string;
}

const host = (text: string): Host => ({ text });

function table(...names: readonly string[]): VersionedTable<Host> {
  const whole = new NameTable<Host>();
  for (const name of names) whole.set(toName(name), host(name));
  return new VersionedTable(whole);
}

/** The next version: `name` as it is, `name=text` with another value, `-name` gone. */
function next(before: VersionedTable<Host>, ...words: readonly string[]): VersionedTable<Host> {
  return before.with(
    words.map((word) => {
      const [name = '', text = name] = word.replace(/^-/, '').split('=');
      return [toName(name), word.startsWith('-') ? undefined : host(text)] as const;
    }),
  );
}

const texts = (one: VersionedTable<Host>): string[] => Array.from(one.values(), ({ text }) => text);

test.each([
  { name: 'nothing changes', changes: [], left: ['a', 'b', 'c'] },
  { name: 'a name comes, behind the others', changes: ['d'], left: ['a', 'b', 'c', 'd'] },
  { name: 'a value changes where it stands, in any case', changes: ['B=two'], left: ['a', 'two', 'c'] },
  { name: 'a name goes', changes: ['-b'], left: ['a', 'c'] },
  { name: 'a name that is not there goes', changes: ['-x'], left: ['a', 'b', 'c'] },
  { name: 'all go', changes: ['-a', '-b', '-c'], left: [] },
  {
    name: 'the last word on a name counts',
    changes: ['-b', 'b=again', 'x', '-x'],
    left: ['a', 'again', 'c'],
  },
])('$name', ({ changes, left }) => {
  const before = table('a', 'b', 'c');
  const after = next(before, ...changes);
  expect(texts(after)).toEqual(left);
  expect(after.size).toBe(left.length);
  expect(['a', 'b', 'c', 'd', 'x'].flatMap((name) => after.getName(toName(name))?.text ?? [])).toEqual(left);
  expect(texts(before)).toEqual(['a', 'b', 'c']);
});

test('versions of a table of 1,000 names, each the last with one name less and one more, stay as they were', () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `host${index}`);
  const versions = [table(...names)];
  for (let turn = 0; turn < 600; turn++) versions.push(next(versions.at(-1)!, `-host${turn}`, `new${turn}`));
  for (const [turn, version] of versions.entries()) {
    expect(version.size).toBe(1_000);
    if (turn % 60 > 0) continue;
    expect(texts(version)).toEqual([
      ...names.slice(turn),
      ...Array.from({ length: turn }, (_, index) => `new${index}`),
    ]);
    expect(version.getName(toName(`HOST${turn}`))?.text).toBe(`host${turn}`);
    expect(version.getName(toName(`host${turn - 1}`))).toBeUndefined();
    expect(version.getName(toName(`new${turn}`))).toBeUndefined();
  }
});
