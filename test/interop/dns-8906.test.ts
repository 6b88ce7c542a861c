import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = `headend: 1
name: rfc8906
net: { lan: { kind: segment } }
services: { dns: { on: lan, ip: 10.65.0.2, zones: { lab.example: { file: lab.zone } } } }
`;
const ZONE = `$ORIGIN lab.example.
$TTL 300
@ SOA ns root 1 2 3 4 5
@ NS ns
ns A 10.65.0.2
${Array.from({ length: 6 }, (_, n) => `big TXT "${n}${'x'.repeat(200)}"`).join('\n')}
`;

/** What RFC 8906 §8 has to see in dig's words, and what it must not. */
interface Case {
  readonly name: string;
  readonly flags: string;
  readonly says: readonly RegExp[];
  readonly not?: RegExp;
}

const OK = [/status: NOERROR/, /flags: [^;]*aa/, /SOA\s+ns\.lab\.example\./];
const EMPTY = [/status: NOERROR/, /flags: [^;]*aa/, /ANSWER: 0/];
const NO_EDNS = '+noedns +noad +nocookie';
const EDNS = '+edns=0 +nocookie +noad';
const ECHO = /NSID|OPT=100|CLIENT-SUBNET|EXPIRE|COOKIE/;

/** §8.1 and §8.2, as dig asks it. */
const CASES: readonly Case[] = [
  { name: '8.1.1 configured for the zone', flags: `${NO_EDNS} SOA`, says: OK, not: /EDNS/ },
  { name: '8.1.2 unknown type', flags: `${NO_EDNS} TYPE1000`, says: EMPTY },
  { name: '8.1.3.1 CD=1', flags: `${NO_EDNS} +cd SOA`, says: OK, not: /flags: [^;]*\bcd\b/ },
  { name: '8.1.3.2 AD=1', flags: '+noedns +ad SOA', says: OK, not: /flags: [^;]*\bad\b/ },
  { name: '8.1.3.3 reserved bit', flags: `${NO_EDNS} +zflag SOA`, says: OK, not: /MBZ/ },
  { name: '8.1.3.4 RD=1', flags: `${NO_EDNS} +rec SOA`, says: [...OK, /flags: [^;]*\brd\b/] },
  {
    name: '8.1.4 unknown opcode',
    flags: `${NO_EDNS} +opcode=15 +header-only`,
    says: [/status: NOTIMP/, /opcode: RESERVED15/],
    not: /flags: [^;]*\baa\b/,
  },
  { name: '8.2.1 minimal EDNS', flags: `${EDNS} SOA`, says: [...OK, /EDNS: version: 0/] },
  {
    name: '8.2.2 EDNS version 1',
    flags: `${EDNS} +edns=1 +noednsneg SOA`,
    says: [/status: BADVERS/, /EDNS: version: 0/, /ANSWER: 0/],
  },
  {
    name: '8.2.3 unknown option',
    flags: `${EDNS} +ednsopt=100 SOA`,
    says: [...OK, /EDNS: version: 0/],
    not: ECHO,
  },
  {
    name: '8.2.4 unknown flag',
    flags: `${EDNS} +ednsflags=0x40 SOA`,
    says: [...OK, /EDNS: version: 0/],
    not: /MBZ/,
  },
  {
    name: '8.2.5 version 1, unknown flag',
    flags: `${EDNS} +edns=1 +noednsneg +ednsflags=0x40 SOA`,
    says: [/status: BADVERS/, /EDNS: version: 0/, /ANSWER: 0/],
    not: /MBZ/,
  },
  {
    name: '8.2.6 version 1, unknown option',
    flags: `${EDNS} +edns=1 +noednsneg +ednsopt=100 SOA`,
    says: [/status: BADVERS/, /EDNS: version: 0/, /ANSWER: 0/],
    not: ECHO,
  },
  {
    name: '8.2.8 DO=1',
    flags: `${EDNS} +dnssec SOA`,
    says: [...OK, /EDNS: version: 0, flags: do/],
  },
  {
    name: '8.2.9 version 1, DO=1',
    flags: `${EDNS} +edns=1 +noednsneg +dnssec SOA`,
    says: [/status: BADVERS/, /EDNS: version: 0, flags: do/, /ANSWER: 0/],
  },
  {
    name: '8.2.10 options that are defined',
    flags: '+edns=0 +noad +cookie +nsid +expire +subnet=0.0.0.0/0 SOA',
    says: [...OK, /EDNS: version: 0/],
    not: /BADCOOKIE|EXPIRE: \d/,
  },
];

let lab: Lab;
beforeAll(async () => {
  need('ip', 'dig');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.65.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.65.0.9/24' },
  );
  lab.file('lab.zone', ZONE);
  const state = join(lab.folder, 'state');
  await serve(lab, 'srv', lab.file('lab.yaml', LAB), '--interface', 'lan0', '--state', state);
});
afterAll(() => lab?.remove());

function dig(flags: string, ...more: readonly string[]): string {
  const words = flags.split(' ');
  const type = words.filter((word) => !word.startsWith('+'));
  const settings = words.filter((word) => word.startsWith('+'));
  const name = settings.includes('+header-only') ? [] : ['lab.example'];
  return lab.run(
    'cli',
    'dig',
    '+norec',
    '+tries=1',
    '+time=15',
    ...settings,
    ...more,
    '@10.65.0.2',
    ...name,
    ...type,
  );
}

describe.each(['+notcp', '+tcp'])('RFC 8906 §8 as dig asks it, %s', (transport) => {
  test.each(CASES)('$name', ({ flags, says, not }) => {
    const seen = dig(flags, transport);
    for (const pattern of says) expect(seen).toMatch(pattern);
    if (not !== undefined) expect(seen).not.toMatch(not);
    expect(seen).not.toMatch(/WARNING: (?!recursion)|malformed|trailing/i);
  });
});

test('8.2.7 truncated: TC, OPT, and nothing of the answer', () => {
  const seen = lab.run(
    'cli',
    'dig',
    '+norec',
    '+ignore',
    '+nocookie',
    '+bufsize=512',
    '@10.65.0.2',
    'big.lab.example',
    'TXT',
  );
  expect(seen).toMatch(/flags: [^;]*\btc\b/);
  expect(seen).toMatch(/EDNS: version: 0/);
  expect(seen).toMatch(/ANSWER: 0/);
});
