import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import { bug } from '../../../src/core/errors.ts';
import { runSteps } from '../../../src/core/steps.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import type { Zone } from '../../../src/store/zone.ts';
import { allZoneSteps, ZoneKeeper, zoneSteps } from '../../../src/topology/zones.ts';

const LAB = parseScenario(
  `headend: 1
name: zones
net: { core: { kind: segment } }
services:
  dns: { on: core, ip: 10.0.0.53, zones: { a.example: { file: a.zone }, b.example: { file: b.zone } } }
`,
  'lab.yaml',
  { paths: 'inside' },
);

const FILES: Readonly<Record<string, string>> = {
  'a.zone': '$ORIGIN a.example.\n@ 60 SOA . . 1 2 3 4 5\n@ 60 NS ns.b.example.\n$INCLUDE hosts\n',
  'b.zone': '$ORIGIN b.example.\n@ 60 SOA . . 1 2 3 4 5\n@ 60 NS ns\nns 60 A 10.0.0.53\n',
  hosts: 'www 60 A 10.0.0.1\n',
};

/** All zones of the lab, made in steps with what was kept. */
function load(files: Readonly<Record<string, string>>, zones: ZoneKeeper): readonly Zone[] {
  const text = (path: string) => files[path] ?? bug(`${path} is not named`);
  const contents = {
    octets: ({ path }: { readonly path: string }) => utf8Octets(text(path)),
    source: () => bug('no file is served'),
    folder: () => bug('no folder is served'),
    beside: (_file: unknown, path: string) => text(path),
  };
  const making = { scenario: LAB, contents, crypto: portableCrypto, zones };
  runSteps(allZoneSteps(making));
  zones.forget();
  const [dns] = LAB.services;
  return dns?.kind === 'dns' ? dns.zones.map((zone) => runSteps(zoneSteps(zone, 'dns', making))) : [];
}

describe('what a reload reads again', () => {
  const before = new ZoneKeeper();
  const [a, b] = load(FILES, before);

  test.each([
    { name: 'nothing', change: {}, again: [] as string[] },
    {
      name: 'a zone whose file has changed',
      change: { 'b.zone': `${FILES['b.zone']}www 60 A 10.0.0.2\n` },
      again: ['b'],
    },
    {
      name: 'a zone that includes a file that has changed',
      change: { hosts: 'www 60 A 10.0.0.2\n' },
      again: ['a'],
    },
  ])('$name', ({ change, again }) => {
    const [newA, newB] = load({ ...FILES, ...change }, new ZoneKeeper(before));
    expect([newA === a, newB === b]).toEqual([!again.includes('a'), !again.includes('b')]);
  });

  test('what is read again is what the file says now', () => {
    const [newA] = load({ ...FILES, hosts: 'new 60 A 10.0.0.2\n' }, new ZoneKeeper(before));
    const names = newA === undefined ? [] : Array.from(newA.nodes(), ({ name }) => name.toString());
    expect(names).toContain(toName('new.a.example').toString());
    expect(names).not.toContain(toName('www.a.example').toString());
  });

  test('a mistake has its place, and what was kept stays good', () => {
    const wrong = { ...FILES, 'b.zone': `${FILES['b.zone']}www 60 A 10.0.0\n` };
    expect(() => load(wrong, new ZoneKeeper(before))).toThrow(/b\.zone:5:10/);
    expect(load(FILES, new ZoneKeeper(before))[1]).toBe(b);
  });
});
