import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { namesIn, settingsIn } from '../../../src/api/names.ts';
import { loadScenario } from '../../../src/api/scenario.ts';
import { scenarioHash } from '../../../src/api/scenario-hash.ts';
import { filesOf } from '../../../src/api/watch.ts';

const BASE = `headend: 1
name: base
params: { delay: 1ms }
matrix: { delay: [1ms, 5ms] }
net: { core: { kind: segment, delay: "\${delay}" } }
services: { tftp: { on: core, ip: 10.0.0.69, files: { a.txt: { file: ./a.txt } } } }
`;

let folder = '';
const path = (name: string) => join(folder, 'lab', name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-extends-'));
  mkdirSync(path('plants'), { recursive: true });
  writeFileSync(path('plants/base.yaml'), BASE);
  writeFileSync(path('plants/a.txt'), 'a');
  writeFileSync(path('over.yaml'), 'extends: ./plants/base.yaml\nname: over\n');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('a scenario that extends a file', () => {
  test('finds what the other file names beside the other file', () => {
    const { scenario, contents } = loadScenario(path('over.yaml'));
    const [file] = scenario.files;
    expect(file && contents.octets(file)).toEqual(new Uint8Array([0x61]));
  });

  test('is another scenario when the other file changes', () => {
    const before = scenarioHash(loadScenario(path('over.yaml')), {});
    expect(scenarioHash(loadScenario(path('over.yaml')), {})).toBe(before);
    writeFileSync(path('plants/base.yaml'), BASE.replace('delay: 1ms', 'delay: 2ms'));
    expect(scenarioHash(loadScenario(path('over.yaml')), {})).not.toBe(before);
  });

  test('is watched with the other file, also when that has a mistake', () => {
    const [own, base, file] = ['over.yaml', 'plants/base.yaml', 'plants/a.txt'].map(path);
    expect(filesOf(path('over.yaml'), {})).toEqual([own, base, file]);
    writeFileSync(path('plants/base.yaml'), 'nmae: x\n');
    expect(filesOf(path('over.yaml'), {})).toContain(base);
  });

  test.each([
    {
      name: 'one that is not there',
      extended: './plants/bsae.yaml',
      says: 'there is no file "plants/bsae.yaml" to extend',
    },
    { name: 'a folder', extended: './plants', says: '"plants": that is a folder' },
    {
      name: 'a link out of the folder',
      extended: './link.yaml',
      says: '"link.yaml" leads out of the scenario\'s folder',
    },
  ])('$name', ({ extended, says }) => {
    writeFileSync(join(folder, 'outside.yaml'), BASE);
    symlinkSync(join(folder, 'outside.yaml'), path('link.yaml'));
    writeFileSync(path('over.yaml'), `extends: ${extended}\n`);
    expect(() => loadScenario(path('over.yaml'))).toThrow(`${path('over.yaml')}:1:10 extends: ${says}`);
  });

  test('a link out of the folder is followed on request', () => {
    writeFileSync(join(folder, 'outside.yaml'), BASE.replace(/services.*/, ''));
    symlinkSync(join(folder, 'outside.yaml'), path('link.yaml'));
    writeFileSync(path('over.yaml'), 'extends: ./link.yaml\n');
    expect(loadScenario(path('over.yaml'), { reach: 'any' }).scenario.name).toBe('base');
  });
});

describe('what a shell may offer of a file', () => {
  test('hosts and settings', () => {
    expect(namesIn(path('over.yaml')).map(({ text }) => text)).toEqual(['tftp']);
    expect(settingsIn(path('over.yaml')).map(({ text }) => text)).toEqual(
      expect.arrayContaining(['delay=1ms', 'delay=5ms', 'delay=', 'net.core.loss=']),
    );
  });

  test('nothing of one that cannot be read', () => {
    expect([...namesIn(path('none.yaml')), ...settingsIn(path('plants/a.txt'))]).toEqual([]);
  });
});
