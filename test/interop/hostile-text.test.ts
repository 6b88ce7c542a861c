import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compiled } from '../support/compiled.ts';
import type { Datagram } from '../support/datagrams.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const SERVER = '10.60.0.2';
const RELAY = '10.60.0.1';

/** Red, a bell, right-to-left override, C1 CSI, a zero-width space, markup, a private-use character. */
const HOSTILE = '\u001b[31mred\u0007\u202eevil\u009b1m\u200b<img src=x>\ue000';
const HOSTILE_HEX = Buffer.from(HOSTILE).toString('hex');
/** Nothing of it may be seen: C0 but line ends, DEL, C1, formats, separators, private use. */
const NEVER_SHOWN = /[^\P{C}\n]|[\u2028\u2029]/u;

const LAB = `headend: 1
name: hostile
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: ${SERVER}
    subnets: [{ subnet: 10.60.0.0/24, relay: ${RELAY}, range: 10.60.0.100-10.60.0.150, lease: 1h }]
  tftp: { on: lan, ip: ${SERVER}, folder: ./root }
  dns: { on: lan, ip: ${SERVER}, zones: { lab.example: { file: ./lab.zone } } }
`;

const ZONE = `$ORIGIN lab.example.
$TTL 300
@    SOA ns hostmaster 1 7200 1800 604800 60
@    NS  ns
ns   A   ${SERVER}
text TXT "${[...Buffer.from(HOSTILE)].map((octet) => `\\${String(octet).padStart(3, '0')}`).join('')}"
`;

let lab: Lab;
let running: Running;
let peer: string;

beforeAll(async () => {
  need('ip');
  built();
  peer = compiled('test/support/datagrams.ts');
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: `${SERVER}/24` },
    { in: 'cli', as: 'eth0', address: `${RELAY}/24` },
  );
  mkdirSync(join(lab.folder, 'root/inner'), { recursive: true });
  writeFileSync(join(lab.folder, 'root/inside.txt'), 'inside');
  writeFileSync(join(lab.folder, 'root/other.txt'), 'other');
  writeFileSync(join(lab.folder, 'secret.txt'), 'outside');
  symlinkSync('../secret.txt', join(lab.folder, 'root/link.txt'));
  symlinkSync('/etc', join(lab.folder, 'root/etc'));
  lab.file('lab.zone', ZONE);
  const file = lab.file('lab.yaml', LAB);
  const flags = ['--interface', 'lan0', '--state', join(lab.folder, 'state'), '--log-level', 'debug'];
  running = await serve(lab, 'srv', file, ...flags);
});
afterAll(() => lab?.remove());

function exchange(...datagrams: readonly Datagram[]): readonly (string | null)[] {
  const out = lab.run('cli', process.execPath, peer, JSON.stringify(datagrams));
  return JSON.parse(out) as (string | null)[];
}

function headend(...args: readonly string[]): { code: number; out: string } {
  return lab.attempt('cli', process.execPath, MAIN, ...args);
}

const option = (code: number, hex: string): string =>
  Buffer.from([code, hex.length / 2]).toString('hex') + hex;
const octets = (address: string): string => Buffer.from(address.split('.').map(Number)).toString('hex');

/** RFC 2131 §2, figure 1, as a relay sends it on, with hostile text in options 12, 60, 81 and 82. */
function dhcp(type: number, more = ''): Datagram {
  const options = [
    option(53, type.toString(16).padStart(2, '0')),
    option(12, HOSTILE_HEX),
    option(60, HOSTILE_HEX),
    option(81, `000000${HOSTILE_HEX}`),
    more,
    option(82, option(1, HOSTILE_HEX) + option(2, HOSTILE_HEX)),
  ];
  const fixed = `010106010a0b0c0d00000000${'00000000'.repeat(3)}${octets(RELAY)}001018aabbcc`;
  const hex = `${fixed.padEnd(236 * 2, '0')}63825363${options.join('')}ff`;
  return { to: SERVER, port: 67, hex, from: { address: RELAY, port: 67 } };
}

function query(labels: readonly string[]): Datagram {
  const name = labels.map(
    (label) => Buffer.from([Buffer.byteLength(label)]).toString('hex') + Buffer.from(label).toString('hex'),
  );
  return { to: SERVER, port: 53, hex: `000101000001000000000000${name.join('')}0000100001` };
}

function readRequest(name: string | Buffer): Datagram {
  return {
    to: SERVER,
    port: 69,
    hex: `0001${Buffer.from(name).toString('hex')}00${Buffer.from('octet').toString('hex')}00`,
  };
}

describe('hostile text from the wire is shown escaped, whole and nowhere raw', () => {
  test('in the log, and in the listing of leases, running and from the disk', async () => {
    const [offer] = exchange(dhcp(1));
    const [ack] = exchange(dhcp(3, option(50, offer?.slice(32, 40) ?? '') + option(54, octets(SERVER))));
    expect(ack).toContain('350105');
    exchange(query([HOSTILE, 'lab', 'example']), readRequest(HOSTILE), readRequest(`../${HOSTILE}`));
    await running.until(/HE-TFTP[^]*u\{202e\}|HE-TFTP[^]*x1b/);
    expect(running.output).not.toMatch(NEVER_SHOWN);
    const state = join(lab.folder, 'state');
    for (const flags of [[], ['--json']]) {
      const { code, out } = headend('leases', '--state', state, ...flags);
      expect(code).toBe(0);
      expect(out).toContain('red');
      expect(out).toContain('<img src=x>');
      expect(out).not.toMatch(NEVER_SHOWN);
    }
  });

  test.each([{ flags: [] }, { flags: ['--json'] }])(
    'in what a probe prints of a TXT record, $flags',
    ({ flags }) => {
      const { code, out } = headend('probe', 'dns', SERVER, 'text.lab.example', 'TXT', ...flags);
      expect(code).toBe(0);
      expect(out).toContain('red');
      expect(out).not.toMatch(NEVER_SHOWN);
    },
  );

  test('in the explanation of a packet', () => {
    const { out } = headend('explain', dhcp(1).hex, '--second-reader');
    expect(out).toContain('red');
    expect(out).not.toMatch(NEVER_SHOWN);
  });
});

describe('TFTP serves nothing from outside of its root', () => {
  test('and what is inside, it does', () => {
    const [reply] = exchange(readRequest('inside.txt'));
    expect(reply).toBe(`00030001${Buffer.from('inside').toString('hex')}`);
  });

  test.each([
    { name: 'dots', file: '../secret.txt' },
    { name: 'dots behind a folder', file: 'inner/../../secret.txt' },
    { name: 'dots that come back', file: '../root/inside.txt' },
    { name: 'an absolute path', file: '/etc/passwd' },
    { name: 'a doubled slash', file: '//etc/passwd' },
    { name: 'a link to a file outside', file: 'link.txt' },
    { name: 'a link to a folder outside', file: 'etc/passwd' },
    { name: 'backslashes', file: '..\\secret.txt' },
    { name: 'percent signs', file: '%2e%2e/secret.txt' },
    {
      name: 'two octets for a slash (overlong UTF-8)',
      file: Buffer.from('2e2ec0af7365637265742e747874', 'hex'),
    },
    { name: 'NUL', file: 'inside.txt\0/../../secret.txt' },
    { name: 'the folder itself', file: '.' },
    { name: 'no name', file: '' },
  ])('$name', ({ file }) => {
    const [reply = null] = exchange(readRequest(file));
    // An ERROR, or silence for what is no request; never DATA.
    expect(reply === null || reply.startsWith('0005')).toBe(true);
    expect(reply ?? '').not.toContain(Buffer.from('outside').toString('hex'));
  });

  test('a link that comes later, by itself or in the place of a file', () => {
    const path = join(lab.folder, 'root/other.txt');
    rmSync(path);
    symlinkSync('../secret.txt', path);
    symlinkSync('../secret.txt', join(lab.folder, 'root/late.txt'));
    for (const reply of exchange(readRequest('other.txt'), readRequest('late.txt')))
      expect(reply).toMatch(/^0005/);
  });
});
