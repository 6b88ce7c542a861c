import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const HASH = '0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF';

/** One record of each type that has a text form; `TXT` and others that every test asks are elsewhere. */
const RECORDS: Readonly<Record<string, string>> = {
  A: '192.0.2.1',
  AAAA: '2001:db8::1',
  AFSDB: '1 afs.types.test.',
  CAA: '0 issue "ca.example"',
  CDNSKEY:
    '257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==',
  CDS: `60485 13 2 ${HASH}`,
  CERT: '40000 12345 100 AQIDBA==',
  CSYNC: '66 3 A NS AAAA',
  DNSKEY: '257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==',
  EUI48: '00-00-5e-00-53-2a',
  EUI64: '00-00-5e-ef-10-00-00-2a',
  HINFO: '"DOCSIS" "CMTS"',
  HTTPS: '1 . alpn="h2,h3" port=8443 ipv4hint=192.0.2.1 ipv6hint=2001:db8::1',
  LOC: '42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m',
  MX: '10 mail.types.test.',
  NAPTR: '100 10 "S" "SIP+D2U" "" _sip._udp.types.test.',
  OPENPGPKEY: 'AQIDBA==',
  PTR: 'host.types.test.',
  RP: 'mbox.types.test. txt.types.test.',
  SMIMEA: `3 1 1 ${HASH}`,
  SRV: '1 2 69 host.types.test.',
  SSHFP: `4 2 ${HASH}`,
  SVCB: '16 svc.types.test. mandatory=alpn alpn="h2" key667="hello"',
  TLSA: `3 1 1 ${HASH}`,
  TXT: '"one" "two; three"',
  URI: '10 1 "ftp://ftp.example/public"',
  ZONEMD: `1 1 1 ${HASH}${HASH.slice(0, 32)}`,
  TYPE65400: String.raw`\# 4 DEADBEEF`,
};

let lab: Lab;

beforeAll(async () => {
  need('ip', 'dig', 'kdig', 'drill');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.63.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.63.0.9/24' },
  );
  const records = Object.entries(RECORDS).map(([type, data]) => `${type} ${type} ${data}\n`);
  const head = '$ORIGIN types.test.\n$TTL 300\n@ SOA ns root 1 2 3 4 5\n@ NS ns\nns A 10.63.0.2\n';
  lab.file('types.zone', head + records.join(''));
  const scenario = `headend: 1
name: types
net: { lan: { kind: segment } }
services: { dns: { on: lan, ip: 10.63.0.2, zones: { types.test: { file: types.zone } } } }
`;
  await serve(
    lab,
    'srv',
    lab.file('lab.yaml', scenario),
    '--interface',
    'lan0',
    '--state',
    join(lab.folder, 'state'),
  );
});
afterAll(() => lab?.remove());

/** What tools write each in their way: quotes, spaces in digits, case, parentheses, zeros behind the point. */
const plain = (text: string): string =>
  text
    .replace(/\.0+(?=[ m])/g, '')
    .replace(/["\s()]/g, '')
    .toLowerCase();

/** The data of each type as one tool shows them; types that it does not know come in the form of RFC 3597 §5. */
function shown(tool: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const type of Object.keys(RECORDS)) {
    const name = `${type}.types.test`;
    const text =
      tool === 'drill'
        ? lab.run('cli', 'drill', '@10.63.0.2', name, type)
        : lab.run('cli', tool, '@10.63.0.2', '+noall', '+answer', name, type);
    const line =
      text
        .split('\n')
        .find((one) => new RegExp(`^${type}\\.types\\.test\\.\\s+300\\s+IN\\s`, 'i').test(one)) ?? text;
    found.set(type, line.replace(/^\S+\s+300\s+IN\s+\S+\s+/, ''));
  }
  return found;
}

test.each(['dig', 'kdig'])('%s shows the data of every type as the zone file has them', (tool) => {
  const found = shown(tool);
  const different = Object.entries(RECORDS).filter(
    ([type, data]) => plain(found.get(type) ?? '') !== plain(data),
  );
  expect(different.map(([type, data]) => ({ type, data, shown: found.get(type) }))).toEqual([]);
});

test('drill reads every type', () => {
  for (const [type, text] of shown('drill')) expect(text, type).not.toMatch(/error|malformed|^;;/im);
});
