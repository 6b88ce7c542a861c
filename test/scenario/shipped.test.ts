import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../src/config/parse.ts';
import { fromYaml } from '../../src/config/yaml-text.ts';
import { formatName, toName } from '../../src/codec/dns/name.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { configFromPlain } from '../../src/codec/docsis/describe.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

function read(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

test('the scenarios of the boot are there', () => {
  expect(SHIPPED).toEqual(
    expect.arrayContaining([
      'boot-storm-5000.yaml',
      'cable-modem-boot.yaml',
      'dora-and-relay.yaml',
      'lease-lifetime.yaml',
      'missing-config.yaml',
      'name-lookup.yaml',
      'siaddr-is-not-option-66.yaml',
      'wrong-shared-secret.yaml',
    ]),
  );
});

describe.each(SHIPPED)('%s', (name) => {
  const scenario = parseScenario(read(name), name);

  test('is named as its file, with a paragraph to read out and something to expect', () => {
    expect(`${scenario.name}.yaml`).toBe(name);
    expect(scenario.about.length).toBeGreaterThan(200);
    expect(scenario.expectations.length).toBeGreaterThan(0);
  });

  test('names files that are there', () => {
    for (const { path } of scenario.files) expect(existsSync(join(FOLDER, path)), path).toBe(true);
  });

  test('names zones that a server can load', () => {
    for (const service of scenario.services)
      for (const { apex, source } of service.kind === 'dns' ? service.zones : [])
        if (source.kind === 'file') {
          const { path } = source.file;
          const zone = loadZone(read(path), { file: path, origin: toName(apex) });
          expect(formatName(zone.apex)).toBe(`${apex}.`);
        }
  });

  test('names configurations that a modem can be given', () => {
    for (const service of scenario.services)
      for (const { content } of service.kind === 'tftp' ? service.files : [])
        if (content.kind === 'docsis-file') {
          const { value } = fromYaml(read(content.file.path), content.file.path);
          expect(configFromPlain(value).items.length).toBeGreaterThan(0);
        }
  });
});
