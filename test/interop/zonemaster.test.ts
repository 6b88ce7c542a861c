import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

/** Addresses that are nobody's documentation prefix, since Zonemaster calls those an error; the namespace has no way out. */
const ROOT = ['20.0.1.1', '20.0.2.1'] as const;
const TLD = ['20.0.3.53', '20.0.4.53'] as const;
const ZONE = ['20.0.3.54', '20.0.4.54'] as const;
const MAIL = '20.0.3.25';

const SOA = 'hostmaster.lab.test. 2026010100 14400 3600 1209600 3600';
const GLUE = `ns1.nic.test. A ${TLD[0]}
ns2.nic.test. A ${TLD[1]}
`;
const ROOT_ADDRESSES = `a.root-servers.test. A ${ROOT[0]}
b.root-servers.test. A ${ROOT[1]}
`;

const ROOT_ZONE = `$TTL 86400
. SOA a.root-servers.test. ${SOA}
. NS a.root-servers.test.
. NS b.root-servers.test.
test. NS ns1.nic.test.
test. NS ns2.nic.test.
${GLUE}${ROOT_ADDRESSES}`;

const REVERSE_ZONE = `$TTL 86400
@ SOA a.root-servers.test. ${SOA}
@ NS a.root-servers.test.
@ NS b.root-servers.test.
53.3.0 PTR ns1.nic.test.
53.4.0 PTR ns2.nic.test.
54.3.0 PTR ns1.lab.test.
54.4.0 PTR ns2.lab.test.
25.3.0 PTR mail.lab.test.
`;

const TLD_ZONE = `$TTL 86400
@ SOA ns1.nic.test. ${SOA}
@ NS ns1.nic.test.
@ NS ns2.nic.test.
${GLUE}${ROOT_ADDRESSES}lab NS ns1.lab
lab NS ns2.lab
ns1.lab A ${ZONE[0]}
ns2.lab A ${ZONE[1]}
`;

const LAB_ZONE = `$TTL 86400
@ SOA ns1 ${SOA}
@ NS ns1
@ NS ns2
@ MX 10 mail
@ TXT "v=spf1 mx -all"
@ A 20.0.3.80
www A 20.0.3.80
mail A ${MAIL}
ns1 A ${ZONE[0]}
ns2 A ${ZONE[1]}
`;

let lab: Lab;

/** One server, with an address and a process of its own. */
async function run(address: string, zones: string): Promise<void> {
  const file = lab.file(
    `${address}.yaml`,
    `headend: 1
name: tree
net: { lan: { kind: segment } }
services:
  dns: { on: lan, ip: ${address}, zones: { ${zones} } }
`,
  );
  await serve(lab, 'tree', file, '--listen', address);
}

beforeAll(async () => {
  need('ip', 'zonemaster-cli');
  built();
  lab = new Lab();
  lab.namespace('tree');
  for (const address of [...ROOT, ...TLD, ...ZONE, MAIL])
    lab.run('tree', 'ip', 'addr', 'add', `${address}/32`, 'dev', 'lo');
  lab.file('root.zone', ROOT_ZONE);
  lab.file('reverse.zone', REVERSE_ZONE);
  lab.file('test.zone', TLD_ZONE);
  lab.file('lab.zone', LAB_ZONE);
  await Promise.all([
    ...ROOT.map((address) =>
      run(address, `".": { file: ./root.zone }, 20.in-addr.arpa: { file: ./reverse.zone }`),
    ),
    ...TLD.map((address) => run(address, 'test: { file: ./test.zone }')),
    ...ZONE.map((address) => run(address, 'lab.test: { file: ./lab.zone }')),
  ]);
});
afterAll(() => lab?.remove());

interface Finding {
  readonly level: string;
  readonly tag: string;
  readonly testcase?: string;
}

/** What Zonemaster finds from the root down, from NOTICE on. */
function judge(zone: string, ...flags: readonly string[]): readonly Finding[] {
  const hints = lab.file('hints', `. NS a.root-servers.test.\n. NS b.root-servers.test.\n${ROOT_ADDRESSES}`);
  const said = lab.run(
    'tree',
    'zonemaster-cli',
    '--no-ipv6',
    '--hints',
    hints,
    '--level',
    'NOTICE',
    '--json',
    ...flags,
    zone,
  );
  const read = JSON.parse(said) as readonly Finding[] | { readonly results: readonly Finding[] };
  return 'results' in read ? read.results : read;
}

const worrying = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ level }) => ['WARNING', 'ERROR', 'CRITICAL'].includes(level))
    .map(({ level, tag }) => `${level} ${tag}`);

describe('Zonemaster, from a root of our own', () => {
  test.each(['lab.test', 'test'])('%s: no warning and no error', (zone) => {
    const findings = judge(zone);
    // It looked at all: the zones are not signed and have no IPv6, which it notes.
    expect(findings.map(({ tag }) => tag)).toContain('NEITHER_DNSKEY_NOR_DS');
    expect(worrying(findings)).toEqual([]);
  });

  test('a server that is told to be one and is not is found out', () => {
    expect(
      worrying(judge('lab.test', '--ns', `ns1.lab.test/${ZONE[0]}`, '--ns', `ns9.nic.test/${TLD[0]}`)),
    ).not.toEqual([]);
  });
});
