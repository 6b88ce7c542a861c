import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const SERVER = '10.60.0.2';
const WRONG = '_ws.malformed || _ws.expert.severity >= 0x800000 || _ws.short';

/** One of each type that has a presentation of its own, each at a name of its own; the apex has the SOA and NS. */
const RECORDS: readonly (readonly [type: string, data: string])[] = [
  ['A', '192.0.2.10'],
  ['AAAA', '2001:db8::10'],
  ['CNAME', 'a.lab.example.'],
  ['PTR', 'a.lab.example.'],
  ['MX', '10 a.lab.example.'],
  ['TXT', '"v=spf1 -all" "second string"'],
  ['SRV', '10 60 5060 a.lab.example.'],
  ['HINFO', '"PC" "Linux"'],
  ['MINFO', 'a.lab.example. txt.lab.example.'],
  ['RP', 'a.lab.example. txt.lab.example.'],
  ['AFSDB', '1 a.lab.example.'],
  ['RT', '10 a.lab.example.'],
  ['PX', '10 a.lab.example. b.lab.example.'],
  ['LOC', '51 30 12.748 N 0 7 39.612 W 0.00m 1m 10000m 10m'],
  ['NAPTR', '100 50 "s" "SIP+D2U" "" _sip._udp.lab.example.'],
  ['CERT', '1 0 0 ZGVhZGJlZWY='],
  ['DNAME', 'a.lab.example.'],
  ['DS', '12345 13 2 3A5B0D9F0D6A7B8C9D0E1F2031425364758697A8B9CADBECFD0E1F2031425364'],
  ['SSHFP', '4 2 3A5B0D9F0D6A7B8C9D0E1F2031425364758697A8B9CADBECFD0E1F2031425364'],
  ['TLSA', '3 1 1 3A5B0D9F0D6A7B8C9D0E1F2031425364758697A8B9CADBECFD0E1F2031425364'],
  ['SMIMEA', '3 0 1 3A5B0D9F0D6A7B8C9D0E1F2031425364758697A8B9CADBECFD0E1F2031425364'],
  ['OPENPGPKEY', 'AQIDBAUGBwgJCgsMDQ4PEA=='],
  ['SVCB', '1 a.lab.example. alpn="h2,h3" port="853" ipv4hint="192.0.2.10" ipv6hint="2001:db8::10"'],
  ['HTTPS', '1 . alpn="h2"'],
  ['EUI48', '00-00-5e-00-53-2a'],
  ['EUI64', '00-00-5e-ef-10-00-00-2a'],
  ['URI', '10 1 "https://a.lab.example/"'],
  ['CAA', '0 issue "ca.example"'],
  [
    'DNSKEY',
    '257 3 13 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QA==',
  ],
  [
    'CDNSKEY',
    '257 3 13 AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QA==',
  ],
  ['CDS', '12345 13 2 3A5B0D9F0D6A7B8C9D0E1F2031425364758697A8B9CADBECFD0E1F2031425364'],
  ['CSYNC', '66 3 A NS AAAA'],
  ['ZONEMD', `2026010100 1 1 ${'3A5B0D9F0D6A7B8C9D0E1F20'.repeat(4)}`],
  ['NSEC3PARAM', '1 0 0 AABBCCDD'],
  ['TYPE65400', '\\# 4 DEADBEEF'],
];

const ownerOf = (type: string): string => `${type.toLowerCase()}.lab.example`;

const ZONE = `$ORIGIN lab.example.
$TTL 300
@ SOA ns hostmaster 2026010100 7200 1800 604800 60
@ NS ns
ns A ${SERVER}
${RECORDS.map(([type, data]) => `${ownerOf(type)}. ${type} ${data}`).join('\n')}
ds NS ns.elsewhere.example.
`;

const LAB = `headend: 1
name: readers
net: { lan: { kind: segment } }
services:
  dns: { on: lan, ip: ${SERVER}, zones: { lab.example: { file: ./lab.zone }, example: { file: ./signed.zone } } }
`;

const APEX: readonly (readonly [type: string, owner: string, data: string])[] = [
  ['SOA', 'lab.example', 'ns.lab.example. hostmaster.lab.example. 2026010100 7200 1800 604800 60'],
  ['NS', 'lab.example', 'ns.lab.example.'],
];
/** Of the zone that came signed, RFC 4035 appendix A. */
const SIGNED: typeof APEX = [
  ['NSEC', 'ns1.example', 'ns2.example. A RRSIG NSEC'],
  [
    'RRSIG',
    'ns1.example',
    `A 5 2 3600 20040509183619 20040409183619 38519 example. F1C9HVhIcs10cZU09G5yIVfKJy5yRQQ3qVet5pGhp82pzhAOMZ3K22JnmK4c+IjUeFp/to06im5FVpHtbFisdjyPq84bhTv8vrXt5AB1wNB++iAqvIfdgW4sFNC6oADb1hK8QNauw9VePJhKv/iVXSYC0b7mPSU+EOlknFpVECs=
NSEC 5 2 3600 20040509183619 20040409183619 38519 example. I4hj+Kt6+8rCcHcUdolks2S+Wzri9h3fHas81rGN/eILdJHN7JpV6lLGPIh/8fIBkfvdyWnBjjf1q3O7JgYO1UdI7FvBNWqaaEPJK3UkddBqZIaLi8Qr2XHkjq38BeQsbp8X0+6h4ETWSGT8IZaIGBLryQWGLw6Y6X8dqhlnxJM=`,
  ],
];
const EVERY = [...APEX, ...RECORDS.map(([type, data]) => [type, ownerOf(type), data] as const), ...SIGNED];

/** Debian's Python, which has Debian's dnspython. */
const DNSPYTHON = `/usr/bin/python3 ${join(import.meta.dirname, 'support/dnspython-read.py')}`;

/** Each asks in a shell: `$1` is the type, `$2` the name; dnspython, which starts slowly, has all questions at once. */
const READERS: Readonly<Record<string, string>> = {
  'dig by UDP': `dig @${SERVER} +short +notcp +tries=1 +time=20 "$2" "$1"`,
  'dig by TCP': `dig @${SERVER} +short +tcp +tries=1 +time=20 "$2" "$1"`,
  'kdig by UDP': `kdig @${SERVER} +short +notcp +retry=0 +time=20 "$2" "$1"`,
  'kdig by TCP': `kdig @${SERVER} +short +tcp +retry=0 +time=20 "$2" "$1"`,
  'drill by UDP': `drill -u "$2" @${SERVER} "$1" | awk -v t="$1" '!/^;/ && $4 == t { $1 = $2 = $3 = $4 = ""; print }'`,
  'drill by TCP': `drill -t "$2" @${SERVER} "$1" | awk -v t="$1" '!/^;/ && $4 == t { $1 = $2 = $3 = $4 = ""; print }'`,
  'dnspython by UDP': `${DNSPYTHON} ${SERVER} udp`,
  'dnspython by TCP': `${DNSPYTHON} ${SERVER} tcp`,
  'delv, validating nothing': `delv @${SERVER} -i +short "$2" "$1"`,
};

let lab: Lab;
let wire: Running;

beforeAll(async () => {
  need('ip', 'dig', 'kdig', 'drill', 'delv', 'tshark', '/usr/bin/python3');
  built();
  lab = new Lab();
  for (const name of ['srv', 'cli']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: `${SERVER}/24` },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  lab.file('lab.zone', ZONE);
  lab.file(
    'signed.zone',
    readFileSync(join(import.meta.dirname, '../../fixtures/zones/rfc4035-signed.zone')),
  );
  await serve(lab, 'srv', lab.file('lab.yaml', LAB), '--interface', 'lan0');
  wire = await lab.start(
    'cli',
    /Capturing on/,
    'tshark',
    '-l',
    '-P',
    '-i',
    'eth0',
    '-w',
    join(lab.folder, 'wire.pcapng'),
  );
});
afterAll(() => lab?.remove());

/** Data as any of them prints it: spaces, quotes, comments, padding, the case of hex, zeros of LOC and a name for CERT's 1 are each one's own choice. */
function plain(data: string): string {
  const lines = data.split('\n').map((line) =>
    line
      .replaceAll(/\b0+(?=\d+ )|(?<=\d)\.0+(?=m)/g, '')
      .replaceAll(/;.*|[\s"]|=+$/g, '')
      .replace(/^PKIX/, '1')
      // dnspython leaves out what RFC 1876 §3 takes for granted.
      .replace(/(?<=W0m)1m10000m10m$/, '')
      .toLowerCase(),
  );
  return lines
    .filter((line) => line !== '')
    .toSorted()
    .join('\n');
}

describe.each(Object.entries(READERS))('%s', (_name, command) => {
  let answers = new Map<string, string>();
  beforeAll(() => {
    const asking = EVERY.map(([type, owner]) => `echo "== ${type}"; ask ${type} ${owner} 2>&1`).join('\n');
    const script = command.startsWith(DNSPYTHON)
      ? `${command} ${EVERY.map(([type, owner]) => `${type} ${owner}`).join(' ')}`
      : `ask() { ${command}; }\n${asking}`;
    const said = lab.run('cli', 'sh', '-c', script);
    answers = new Map(
      said
        .split('== ')
        .slice(1)
        .map((part) => {
          const end = part.indexOf('\n');
          return [part.slice(0, end), part.slice(end + 1)];
        }),
    );
  });

  // kdig has no name for PX, delv asks for no signatures by themselves, dnspython takes MINFO for octets.
  const unknown = new Map([
    ['kdig', 'PX'],
    ['delv', 'RRSIG'],
    ['/usr/bin/python3', 'MINFO'],
  ]).get(command.split(' ')[0] ?? '');
  const known = EVERY.filter(([type]) => type !== unknown);
  test.each(known)('reads %s', (type, _owner, data) => {
    expect(plain(answers.get(type) ?? '')).toBe(plain(data));
  });
});

test('all of it on the wire: nothing malformed, no error that tshark knows', async () => {
  await wire.end('SIGINT');
  const args = ['-r', join(lab.folder, 'wire.pcapng'), '-Y', WRONG];
  expect(execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe('');
});
