import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readBeside } from '../../../src/api/beside.ts';

let root: string;
let zone: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'headend-beside-'));
  mkdirSync(join(root, 'zones', 'parts'), { recursive: true });
  zone = join(root, 'zones', 'lab.zone');
  writeFileSync(zone, '');
  writeFileSync(join(root, 'secret'), 'not for the network');
  writeFileSync(join(root, 'zones', 'hosts'), 'a 60 A 10.0.0.1');
  writeFileSync(join(root, 'zones', 'parts', 'more'), 'b 60 A 10.0.0.2');
  symlinkSync(join(root, 'secret'), join(root, 'zones', 'out'));
  symlinkSync('hosts', join(root, 'zones', 'in'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('what a zone may include', () => {
  test.each([
    { name: 'hosts', text: 'a 60 A 10.0.0.1' },
    { name: 'parts/more', text: 'b 60 A 10.0.0.2' },
    { name: 'parts/../hosts', text: 'a 60 A 10.0.0.1' },
    { name: 'in', text: 'a 60 A 10.0.0.1' },
  ])('$name', ({ name, text }) => {
    expect(readBeside(zone, name)).toBe(text);
  });

  test.each([
    { name: '../secret', fault: /inside of the zone's folder/ },
    { name: '/etc/hostname', fault: /inside of the zone's folder/ },
    { name: 'out', fault: /inside of the zone's folder/ },
    { name: 'nowhere', fault: /looked for in/ },
    { name: 'parts', fault: /regular file/ },
    { name: 'nul\u0000', fault: /can be read/ },
  ])('not $name', ({ name, fault }) => {
    expect(readBeside(zone, name)).toMatchObject({ fault: expect.stringMatching(fault) });
  });
});
