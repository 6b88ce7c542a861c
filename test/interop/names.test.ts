import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const ZONE = `$ORIGIN lab.example.
$TTL 300
@       SOA   ns hostmaster 2026010100 7200 1800 604800 60
@       NS    ns
@       MX    10 mail
ns      A     10.60.0.2
ns      AAAA  fd00:60::2
www     A     192.0.2.10
www     AAAA  2001:db8::10
alias   CNAME www
text    TXT   "v=spf1 -all" "second string"
_sip._udp SRV 10 60 5060 www
ptr     PTR   www
sub     NS    ns.sub
ns.sub  A     192.0.2.53
sub     DS    12345 13 2 3A5B0D9F0D6A7B8C9D0E1F2031425364758697A8B9CADBECFD0E1F2031425364
odd     TYPE65400 \\# 4 DEADBEEF
*.wild  A     192.0.2.99
${Array.from({ length: 60 }, (_, n) => `big TXT "${String(n).padStart(3, '0')}${'x'.repeat(60)}"`).join('\n')}
`;

const LAB = `headend: 1
name: names
net: { lan: { kind: segment } }
services:
  dns: { on: lan, ip: 10.60.0.2, zones: { lab.example: { file: ./lab.zone } } }
`;

let lab: Lab;

beforeAll(async () => {
  need('ip', 'dig');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  lab.file('lab.zone', ZONE);
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

const dig = (...args: string[]): string =>
  lab.run('cli', 'dig', '@10.60.0.2', '+tries=1', '+time=15', ...args);

describe.each(['+notcp', '+tcp'])('dig %s reads every type', (transport) => {
  test.each([
    ['www', 'A', '192.0.2.10'],
    ['www', 'AAAA', '2001:db8::10'],
    ['', 'NS', 'ns.lab.example.'],
    ['', 'SOA', 'ns.lab.example. hostmaster.lab.example. 2026010100 7200 1800 604800 60'],
    ['alias', 'A', 'www.lab.example.\n192.0.2.10'],
    ['alias', 'CNAME', 'www.lab.example.'],
    ['ptr', 'PTR', 'www.lab.example.'],
    ['', 'MX', '10 mail.lab.example.'],
    ['text', 'TXT', '"v=spf1 -all" "second string"'],
    ['_sip._udp', 'SRV', '10 60 5060 www.lab.example.'],
    ['sub', 'DS', '12345 13 2 3A5B0D9F0D6A7B8C9D0E1F2031425364758697A8B9CADBECFD0E1F20 31425364'],
    ['odd', 'TYPE65400', '\\# 4 DEADBEEF'],
    ['any.wild', 'A', '192.0.2.99'],
  ])('%s %s', (name, type, answer) => {
    const owner = name === '' ? 'lab.example' : `${name}.lab.example`;
    expect(dig(transport, '+short', owner, type).trim()).toBe(answer);
  });
});

test('what does not fit comes by TCP after a truncated answer', () => {
  expect(dig('+notcp', '+ignore', 'big.lab.example', 'TXT')).toMatch(/flags: qr aa tc/);
  expect(dig('big.lab.example', 'TXT', '+short').trim().split('\n')).toHaveLength(60);
});

test('a referral has its glue and no authority of its own', () => {
  const answer = dig('+norecurse', 'host.sub.lab.example', 'A');
  expect(answer).toMatch(/flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 1/);
  expect(answer).toMatch(/ns\.sub\.lab\.example\.\s+300\s+IN\s+A\s+192\.0\.2\.53/);
});

test.each([
  ['nothing.lab.example', 'A', 'NXDOMAIN'],
  ['www.lab.example', 'MX', 'NOERROR'],
  ['other.example', 'A', 'REFUSED'],
])('%s %s is %s', (name, type, rcode) => {
  expect(dig(name, type)).toContain(`status: ${rcode}`);
});
