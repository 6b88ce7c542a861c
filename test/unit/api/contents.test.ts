import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openContents, type Reach } from '../../../src/api/contents.ts';
import type { FileReference } from '../../../src/config/place.ts';
import type { Scenario } from '../../../src/config/scenario.ts';
import { parseScenario } from '../../../src/config/parse.ts';

let root: string;
let inside: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'headend-contents-'));
  inside = join(root, 'lab');
  mkdirSync(join(inside, 'tftp', 'cm'), { recursive: true });
  writeFileSync(join(root, 'secret.txt'), 'not for the network');
  writeFileSync(join(inside, 'gold.txt'), 'gold');
  writeFileSync(join(inside, 'tftp', 'a.cfg'), 'a');
  writeFileSync(join(inside, 'tftp', 'cm', 'b.cfg'), 'bb');
  symlinkSync(join(root, 'secret.txt'), join(inside, 'tftp', 'out.cfg'));
  symlinkSync(join(root, 'secret.txt'), join(inside, 'out.txt'));
  symlinkSync(join(inside, 'gold.txt'), join(inside, 'tftp', 'beside.cfg'));
  symlinkSync(join('cm', 'b.cfg'), join(inside, 'tftp', 'in.cfg'));
  symlinkSync('nowhere', join(inside, 'tftp', 'dangling.cfg'));
  symlinkSync('round', join(inside, 'round'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function open(path: string, kind: FileReference['kind'], reach: Reach = 'inside') {
  const empty = parseScenario('headend: 1\nname: x\nnet: { lan: { kind: segment } }\n', 'x.yaml');
  const file: FileReference = { path, kind, at: 'services.tftp.folder', place: { line: 3, column: 9 } };
  const scenario: Scenario = { ...empty, files: [file] };
  return { contents: openContents(scenario, join(inside, 'x.yaml'), reach), file };
}

describe('what a scenario may not open', () => {
  test.each([
    ['missing.txt', 'file', 'there is no file "missing.txt": it was looked for as'],
    ['gold.txt/more', 'file', 'there is no file "gold.txt/more"'],
    ['tftp', 'file', '"tftp" is not a file: name a regular file'],
    ['gold.txt', 'folder', '"gold.txt" is not a folder: name a folder'],
    [
      'out.txt',
      'file',
      "leads out of the scenario's folder: put the file there, or allow it with --allow-path",
    ],
    ['../secret.txt', 'file', "leads out of the scenario's folder"],
    ['round', 'file', 'is a link to itself'],
  ] as const)('%s as a %s', (path, kind, message) => {
    expect(() => open(path, kind)).toThrow(`x.yaml:3:9 services.tftp.folder: `);
    expect(() => open(path, kind)).toThrow(message);
  });

  test('--allow-path lets it reach outside', () => {
    const { contents, file } = open('out.txt', 'file', 'any');
    expect(Buffer.from(contents.octets(file)).toString()).toBe('not for the network');
  });

  test('an absolute path is not looked for under the folder of the scenario', () => {
    const { contents, file } = open(join(root, 'secret.txt'), 'file', 'any');
    expect(Buffer.from(contents.octets(file)).toString()).toBe('not for the network');
    expect(() => open(join(root, 'secret.txt'), 'file')).toThrow("leads out of the scenario's folder");
  });
});

describe('a folder', () => {
  test('is served by path from there, sorted; links that lead out or nowhere are left out', () => {
    const { contents, file } = open('tftp', 'folder');
    expect(contents.folder(file).map(({ name, source }) => [name, source.size])).toEqual([
      ['a.cfg', 1],
      ['cm/b.cfg', 2],
      ['in.cfg', 2],
    ]);
  });
});

test('a large file is read in pieces while it is in use, and says when it has gone', () => {
  writeFileSync(join(inside, 'big.bin'), Buffer.from('0123456789'));
  const { contents, file } = open('big.bin', 'file');
  const source = contents.source(file);
  const into = new Uint8Array(8);
  source.retain?.();
  expect(source.read(3, into, 1, 4)).toBe(4);
  expect(Buffer.from(into).toString('latin1')).toBe('\x003456\x00\x00\x00');
  expect(source.read(8, into, 0, 8)).toBe(2);
  source.release?.();
  rmSync(join(inside, 'big.bin'));
  expect(source.read(0, into, 0, 8)).toBe(-1);
});

describe('what came to stand in the place of a file is not served', () => {
  test.each([
    {
      what: 'a link',
      swap: () => symlinkSync(join(root, 'secret.txt'), join(inside, 'late', 'sub', 'file')),
    },
    {
      what: 'a pipe, for whose writer nobody waits',
      swap: () => execFileSync('mkfifo', [join(inside, 'late', 'sub', 'file')]),
    },
    { what: 'a folder', swap: () => mkdirSync(join(inside, 'late', 'sub', 'file')) },
    {
      what: 'the same name in a folder that became a link',
      swap: () => {
        mkdirSync(join(root, 'elsewhere'), { recursive: true });
        writeFileSync(join(root, 'elsewhere', 'file'), 'not for the network');
        renameSync(join(inside, 'late', 'sub'), join(inside, 'late', 'before'));
        symlinkSync(join(root, 'elsewhere'), join(inside, 'late', 'sub'));
      },
    },
  ])('$what', ({ swap }) => {
    rmSync(join(inside, 'late'), { recursive: true, force: true });
    mkdirSync(join(inside, 'late', 'sub'), { recursive: true });
    writeFileSync(join(inside, 'late', 'sub', 'file'), 'as it was');
    const { contents, file } = open('late', 'folder');
    const [served] = contents.folder(file);
    rmSync(join(inside, 'late', 'sub', 'file'));
    swap();
    expect(served?.source.read(0, new Uint8Array(32), 0, 9)).toBe(-1);
  });
});
