import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScenario, scenarioSlug } from '../../../src/api/load-scenario.ts';
import { copyTemplate, listTemplates, shippedScenario } from '../../../src/api/templates.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-templates-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const TEMPLATES = listTemplates();

test('the shipped scenarios and incidents, each in one sentence', () => {
  const names = TEMPLATES.map(({ name }) => name);
  expect(names).toContain('cable-modem-boot');
  expect(names).toContain('dark-street');
  expect(new Set(names).size).toBe(names.length);
  for (const { name, about } of TEMPLATES) expect(about, name).toMatch(/^.{20,}$/);
  expect(TEMPLATES.find(({ name }) => name === 'dns-failover-caches')?.about).toBe(
    'The primary portal dies.',
  );
});

test.each(TEMPLATES)('$name copied into an empty folder is the same scenario', ({ name, path }) => {
  const copied = copyTemplate(name, join(folder, name, 'own.yaml'), false);
  expect(readFileSync(copied.path)).toEqual(readFileSync(path));
  // It finds all that it names.
  expect(loadScenario(copied.path).scenario.files.length).toBeGreaterThanOrEqual(copied.files.length);
});

/** A path in a folder of this name. */
function inside(name: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  return join(folder, name, 'own.yaml');
}

describe('what is there already', () => {
  test('the same octets are no obstacle: one template beside another, or twice', () => {
    const path = inside('twice');
    copyTemplate('cable-modem-boot', path, false);
    copyTemplate('dora-and-relay', join(folder, 'twice', 'other.yaml'), false);
    expect(copyTemplate('cable-modem-boot', path, false).files.map(scenarioSlug).sort()).toEqual([
      'gold',
      'plant.key',
    ]);
  });

  test.each(['own.yaml', 'files/plant.key'])(
    'another %s: nothing at all is written, unless by force',
    (other) => {
      const path = inside(`other-${scenarioSlug(other)}`);
      const there = join(path, '..', other);
      mkdirSync(join(there, '..'), { recursive: true });
      writeFileSync(there, 'mine');
      expect(() => copyTemplate('cable-modem-boot', path, false)).toThrow(
        /there is another file of that name already: name another folder, such as init --from cable-modem-boot cable-modem-boot\/own\.yaml, or write over it with --force$/,
      );
      expect(readFileSync(there, 'utf8')).toBe('mine');
      expect(() => readFileSync(join(path, '../files/gold.yaml'))).toThrow('ENOENT');
      copyTemplate('cable-modem-boot', path, true);
      expect(readFileSync(path)).toEqual(readFileSync(shippedScenario('cable-modem-boot.yaml')));
    },
  );
});

test('a template may be named by its path; one that is not there is told with what is near', () => {
  const copied = copyTemplate(
    'scenarios/incidents/06-dark-street.yaml',
    join(folder, 'by-path/x.yaml'),
    false,
  );
  expect(copied).toMatchObject({ isMatrix: false });
  expect(() => copyTemplate('cable-modem-boat', undefined, false)).toThrow(
    'there is no template "cable-modem-boat": did you mean cable-modem-boot?',
  );
});
