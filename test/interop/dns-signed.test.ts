import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

/** Every case that a proof is for; NSEC in one zone, NSEC3 in another, NSEC3 with Opt-Out in a third. */
const zoneText = (apex: string): string => `$ORIGIN ${apex}
$TTL 300
@ SOA ns hostmaster 1 7200 1800 604800 60
@ NS ns
@ MX 10 mail
ns A 10.62.0.2
mail A 192.0.2.25
www A 192.0.2.80
alias CNAME www
outside CNAME www.elsewhere.test.
b.deep A 192.0.2.7
*.wild A 192.0.2.99
*.wild TXT "wild"
old DNAME new
host.new A 192.0.2.90
plain NS ns.plain
ns.plain A 192.0.2.53
below.plain A 192.0.2.54
svc HTTPS 1 . alpn=h2 ipv4hint=192.0.2.80
`;

const ZONES = [
  { apex: 'nsec.test.', flags: [] },
  { apex: 'nsec3.test.', flags: ['-n', '-t', '0'] },
  { apex: 'optout.test.', flags: ['-n', '-p', '-t', '5', '-s', 'abcd'] },
] as const;

const LAB = `headend: 1
name: signed
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.62.0.2
    zones:
${ZONES.map(({ apex }) => `      ${apex}: { file: ${apex}signed }`).join('\n')}
`;

let lab: Lab;

beforeAll(async () => {
  need('ip', 'delv', 'dig', 'kdig', 'drill', 'ldns-signzone');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.62.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.62.0.9/24' },
  );
  const run = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { cwd: lab.folder, encoding: 'utf8' }).trim();
  const anchors = ZONES.map(({ apex, flags }) => {
    lab.file(`${apex}zone`, zoneText(apex));
    const key = run('ldns-keygen', '-a', 'ECDSAP256SHA256', '-k', apex);
    run('ldns-signzone', ...flags, '-f', `${apex}signed`, `${apex}zone`, key);
    const [, text = ''] =
      /DNSKEY\t(.*?)(?: ;|$)/m.exec(readFileSync(join(lab.folder, `${key}.key`), 'utf8')) ?? [];
    const [keyFlags, protocol, algorithm, ...digits] = text.split(/\s+/);
    return `"${apex}" static-key ${keyFlags} ${protocol} ${algorithm} "${digits.join('')}";`;
  });
  writeFileSync(join(lab.folder, 'anchors'), `trust-anchors { ${anchors.join('\n')} };\n`);
  await serve(
    lab,
    'srv',
    lab.file('lab.yaml', LAB),
    '--interface',
    'lan0',
    '--state',
    join(lab.folder, 'state'),
  );
});
afterAll(() => lab?.remove());

function delv(apex: string, name: string, type: string): string {
  const anchors = ['-a', join(lab.folder, 'anchors'), `+root=${apex}`];
  return lab.run('cli', 'sh', '-c', `delv @10.62.0.2 ${anchors.join(' ')} ${name} ${type} 2>&1 || true`);
}

describe.each(ZONES)('$apex, signed by others: delv finds it valid', ({ apex }) => {
  test.each([
    { name: 'an answer', ask: 'www A', says: /^; fully validated[^]*192\.0\.2\.80/ },
    { name: 'an alias', ask: 'alias A', says: /fully validated[^]*CNAME[^]*192\.0\.2\.80/ },
    // In a zone with Opt-Out a wildcard's answer is insecure to a validator: an unsigned cut could hide there (RFC 5155 §12.2).
    { name: 'a wildcard', ask: 'x.y.wild A', says: /(fully validated|unsigned answer)[^]*192\.0\.2\.99/ },
    {
      name: 'a tree with another name',
      ask: 'host.old A',
      says: /fully validated[^]*DNAME[^]*192\.0\.2\.90/,
    },
    { name: 'HTTPS', ask: 'svc HTTPS', says: /fully validated[^]*alpn="h2"/ },
    {
      name: 'no such name',
      ask: 'none A',
      says: /negative response, fully validated[^]*(NXDOMAIN|does not exist|-NXDOMAIN)/i,
    },
    {
      name: 'no such name below an existing one',
      ask: 'a.b.www A',
      says: /negative response, fully validated/,
    },
    { name: 'no such type', ask: 'www AAAA', says: /negative response, fully validated/ },
    { name: 'an empty non-terminal', ask: 'deep A', says: /negative response, fully validated/ },
    { name: 'no such type at a wildcard', ask: 'x.wild AAAA', says: /negative response, fully validated/ },
    { name: 'no DS at a cut', ask: 'plain DS', says: /negative response, (fully validated|unsigned answer)/ },
  ])('$name: $ask', ({ ask, says }) => {
    const [name = '', type = ''] = ask.split(' ');
    expect(delv(apex, `${name}.${apex}`, type)).toMatch(says);
  });

  test('an unsigned child: the referral proves that there is no DS', () => {
    const seen = lab.run('cli', 'dig', '@10.62.0.2', '+dnssec', '+norec', `below.plain.${apex}`, 'A');
    expect(seen).toMatch(/NSEC3?\s/);
    expect(seen).toContain('192.0.2.53');
    expect(seen).not.toMatch(/flags:[^;]* aa/);
  });

  test.each(['dig', 'kdig', 'drill'])('%s reads the proof of a name that is not there', (tool) => {
    const args =
      tool === 'drill' ? ['-D', `none.${apex}`, '@10.62.0.2'] : ['@10.62.0.2', '+dnssec', `none.${apex}`];
    const seen = lab.run('cli', tool, ...args);
    expect(seen).toMatch(/NXDOMAIN/);
    expect(seen).toMatch(/NSEC3?\s/);
    expect(seen).not.toMatch(/malformed|FORMERR/i);
  });
});

test('what is exported again verifies as it did: ldns-verify-zone', () => {
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  for (const { apex } of ZONES) {
    const path = join(lab.folder, `${apex}signed`);
    const out = execFileSync(process.execPath, [main, 'zone', 'export', path], { encoding: 'utf8' });
    writeFileSync(`${path}.again`, out);
    expect(execFileSync('ldns-verify-zone', [`${path}.again`], { encoding: 'utf8' })).toContain(
      'Zone is verified',
    );
  }
});
