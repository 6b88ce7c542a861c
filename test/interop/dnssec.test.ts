import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASES_ZONE } from '../support/signed-zone.ts';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

/** Signed when asked by keys of each algorithm and role, and before by `zone sign`. */
const ZONES = [
  { apex: 'compact.test', algorithm: '13', roles: ['--csk'], served: 'dnssec: { keys: KEYS }' },
  {
    apex: 'nsec.test',
    algorithm: '15',
    roles: ['--ksk', '--zsk'],
    served: 'dnssec: { keys: KEYS, denial: nsec }',
  },
  { apex: 'before.test', algorithm: '13', roles: ['--ksk', '--zsk'], sign: [] },
  {
    apex: 'hashed.test',
    algorithm: '15',
    roles: ['--csk'],
    sign: ['--nsec3', '--iterations', '1', '--salt', 'ab'],
  },
] as const;

let lab: Lab;

function headend(...args: string[]): string {
  return execFileSync(process.execPath, [MAIN, ...args], { cwd: lab.folder, encoding: 'utf8' });
}

beforeAll(async () => {
  need('ip', 'unbound', 'delv', 'dig', 'drill', 'dnssec-verify', 'dnssec-dsfromkey', 'ldns-verify-zone');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.63.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.63.0.9/24' },
  );
  const anchors: string[] = [];
  const unbound: string[] = [];
  const lines: string[] = [];
  for (const { apex, algorithm, roles, ...how } of ZONES) {
    lab.file(`${apex}.zone`, CASES_ZONE.replace('signed.example.', `${apex}.`));
    const keys = roles.map(
      (role) => headend('zone', 'keygen', apex, role, '--algorithm', algorithm).split('\n')[0] ?? '',
    );
    const [key = ''] = keys;
    const ds = headend('zone', 'ds', `${key}.key`).split('\n')[0] ?? '';
    const [, tag, number, type, digest] = /DS (\d+) (\d+) (\d+) (\S+)/.exec(ds) ?? [];
    unbound.push(`  trust-anchor: "${ds.replace(' 3600 ', ' ')}"`);
    anchors.push(`"${apex}." static-ds ${tag} ${number} ${type} "${digest}";`);
    if ('sign' in how) {
      headend('zone', 'sign', `${apex}.zone`, '--key', ...keys, ...how.sign, '-o', `${apex}.signed`);
      lines.push(`      ${apex}: { file: ${apex}.signed }`);
    } else
      lines.push(
        `      ${apex}: { file: ${apex}.zone, ${how.served.replace('KEYS', `[${keys.map((one) => `"${one}"`).join(', ')}]`)} }`,
      );
  }
  writeFileSync(join(lab.folder, 'unbound.conf'), unboundText(unbound));
  writeFileSync(join(lab.folder, 'anchors'), `trust-anchors { ${anchors.join('\n')} };\n`);
  const text = `headend: 1
name: signs
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.63.0.2
    zones:
${lines.join('\n')}
`;
  await serve(
    lab,
    'srv',
    lab.file('lab.yaml', text),
    '--interface',
    'lan0',
    '--state',
    join(lab.folder, 'state'),
  );
});
afterAll(() => lab?.remove());

/** Unbound as a resolver beside its client: it validates what it gets, and has no root. */
function unboundText(anchors: readonly string[]): string {
  const stubs = ZONES.map(({ apex }) => `stub-zone:\n  name: "${apex}"\n  stub-addr: 10.63.0.2\n`);
  return `server:
  directory: "${lab.folder}"
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  interface: 10.63.0.9
  access-control: 10.63.0.0/24 allow
  do-not-query-localhost: no
  root-hints: ""
  local-zone: "test." nodefault
  module-config: "validator iterator"
${anchors.join('\n')}
${stubs.join('')}`;
}

function delv(apex: string, name: string, type: string): string {
  const flags = ['-a', join(lab.folder, 'anchors'), `+root=${apex}`];
  return lab.run('cli', 'sh', '-c', `delv @10.63.0.2 ${flags.join(' ')} ${name} ${type} 2>&1 || true`);
}

describe.each(ZONES)('$apex: delv finds it valid', ({ apex }) => {
  test.each([
    { name: 'an answer', ask: 'www A', says: /^; fully validated[^]*192\.0\.2\.80/ },
    { name: 'the keys', ask: '@ DNSKEY', says: /fully validated[^]*DNSKEY/ },
    { name: 'what asks the parent', ask: '@ CDS', says: /fully validated[^]*CDS/ },
    { name: 'an alias', ask: 'alias A', says: /fully validated[^]*CNAME[^]*192\.0\.2\.80/ },
    { name: 'a wildcard', ask: 'x.y.wild A', says: /fully validated[^]*192\.0\.2\.99/ },
    {
      name: 'a tree with another name',
      ask: 'host.old A',
      says: /fully validated[^]*DNAME[^]*192\.0\.2\.90/,
    },
    { name: 'no such name', ask: 'none A', says: /negative response, fully validated/ },
    {
      name: 'no such name below one that is there',
      ask: 'a.b.www A',
      says: /negative response, fully validated/,
    },
    { name: 'no such type', ask: 'www AAAA', says: /negative response, fully validated/ },
    { name: 'an empty non-terminal', ask: 'deep A', says: /negative response, fully validated/ },
    { name: 'no such type at a wildcard', ask: 'x.wild AAAA', says: /negative response, fully validated/ },
    { name: 'no DS at a cut', ask: 'plain DS', says: /negative response, fully validated/ },
  ])('$name: $ask', ({ ask, says }) => {
    const [name = '', type = ''] = ask.split(' ');
    expect(delv(apex, name === '@' ? apex : `${name}.${apex}`, type)).toMatch(says);
  });
});

test.each(ZONES.filter((zone) => 'sign' in zone))('$apex, signed by zone sign, verifies', ({ apex }) => {
  const path = join(lab.folder, `${apex}.signed`);
  expect(execFileSync('ldns-verify-zone', [path], { encoding: 'utf8' })).toContain('Zone is verified');
  execFileSync('dnssec-verify', ['-z', '-q', '-o', apex, path], { encoding: 'utf8' });
});

test('a private key is for its owner alone, and BIND reads the public one as we do', () => {
  const made = headend('zone', 'keygen', 'mode.test', '--json');
  const { path, ds } = JSON.parse(made) as { path: string; ds: string[] };
  expect(statSync(join(lab.folder, `${path}.private`)).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(lab.folder, `${path}.key`), 'utf8')).toContain('DNSKEY 257 3 13');
  const theirs = execFileSync('dnssec-dsfromkey', ['-2', `${path}.key`], {
    cwd: lab.folder,
    encoding: 'utf8',
  });
  expect(ds[0]?.replace(' 3600 ', ' ')).toBe(theirs.trim());
});

test('drill and dig read a compact answer; who asks for it gets NXDOMAIN', () => {
  const seen = lab.run('cli', 'dig', '@10.63.0.2', '+dnssec', 'none.compact.test', 'A');
  expect(seen).toMatch(/status: NOERROR[^]*none\.compact\.test\.\s+60\s+IN\s+NSEC\s+\\000\.none/);
  expect(lab.run('cli', 'dig', '@10.63.0.2', '+dnssec', '+coflag', 'none.compact.test', 'A')).toContain(
    'status: NXDOMAIN',
  );
  expect(lab.run('cli', 'drill', '-D', 'none.compact.test', '@10.63.0.2')).toMatch(/NSEC/);
});

function askUnbound(name: string, type: string): string {
  return lab.run('cli', 'dig', '@10.63.0.9', '+dnssec', name, type);
}

describe('Unbound, with the trust anchors, validates', () => {
  beforeAll(async () => {
    await lab.start('cli', /start of service/, 'unbound', '-d', '-c', join(lab.folder, 'unbound.conf'));
  });

  test.each(ZONES)('$apex', ({ apex }) => {
    expect(askUnbound(`www.${apex}`, 'A')).toMatch(/status: NOERROR[^]*flags:[^;]* ad[^]*192\.0\.2\.80/);
    expect(askUnbound(`x.y.wild.${apex}`, 'A')).toMatch(/flags:[^;]* ad[^]*192\.0\.2\.99/);
    expect(askUnbound(`host.old.${apex}`, 'A')).toMatch(/flags:[^;]* ad[^]*192\.0\.2\.90/);
    expect(askUnbound(`none.${apex}`, 'A')).toMatch(/flags:[^;]* ad[^]*ANSWER: 0/);
    expect(askUnbound(`www.${apex}`, 'AAAA')).toMatch(/status: NOERROR[^]*flags:[^;]* ad[^]*ANSWER: 0/);
    expect(askUnbound(`x.wild.${apex}`, 'AAAA')).toMatch(/status: NOERROR[^]*flags:[^;]* ad[^]*ANSWER: 0/);
  });
});
