import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = `headend: 1
name: probed
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2
    subnets:
      - { subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.150, lease: 1h, tftp: { server: 10.60.0.2, file: hello.txt } }
  tftp: { on: lan, ip: 10.60.0.2, files: { hello.txt: "hello, world\\n" } }
  tod: { on: lan, ip: 10.60.0.2 }
  dns: { on: lan, ip: 10.60.0.2, zones: { lab.example: { file: ./lab.zone } } }
`;

const ZONE = `$ORIGIN lab.example.
$TTL 300
@    SOA ns hostmaster 1 7200 1800 604800 60
@    NS  ns
ns   A   10.60.0.2
www  A   192.0.2.10
${Array.from({ length: 40 }, (_, n) => `big TXT "${String(n).padStart(3, '0')}${'x'.repeat(60)}"`).join('\n')}
`;

let lab: Lab;

beforeAll(async () => {
  need('ip');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  lab.file('lab.zone', ZONE);
  const file = lab.file('lab.yaml', LAB);
  await serve(lab, 'srv', file, '--interface', 'lan0', '--state', join(lab.folder, 'state'));
});
afterAll(() => lab.remove());

const probe = (...args: string[]): { code: number; json: Record<string, unknown> } => {
  const { code, out } = lab.attempt('cli', process.execPath, MAIN, 'probe', ...args, '--json');
  return { code, json: JSON.parse(out) as Record<string, unknown> };
};

test.each([
  { name: 'www.lab.example', type: 'A', rcode: 'NOERROR', transport: 'udp', code: 0 },
  { name: 'lab.example', type: 'SOA', rcode: 'NOERROR', transport: 'udp', code: 0 },
  { name: 'big.lab.example', type: 'TXT', rcode: 'NOERROR', transport: 'tcp', code: 0 },
  { name: 'www.lab.example', type: 'TYPE65', rcode: 'NOERROR', transport: 'udp', code: 0 },
  { name: 'none.lab.example', type: 'A', rcode: 'NXDOMAIN', transport: 'udp', code: 1 },
])('dns-packet and headend read $name $type alike', ({ name, type, rcode, transport, code }) => {
  const said = probe('dns', '10.60.0.2', name, type);
  expect(said).toMatchObject({
    code,
    json: { transport, differences: [], headend: { rcode }, dns_packet: { rcode } },
  });
});

test.each(['headend', 'package'])('the client of %s fetches a file', (client) => {
  const out = join(lab.folder, `got-${client}`);
  expect(probe('tftp', '10.60.0.2', 'hello.txt', '--with', client, '-o', out)).toMatchObject({
    code: 0,
    json: { verdict: 'pass', octets: 13 },
  });
  expect(readFileSync(out, 'utf8')).toBe('hello, world\n');
});

test.each(['headend', 'package'])('the client of %s says that a file is not there', (client) => {
  const { code, json } = probe('tftp', '10.60.0.2', 'none.txt', '--with', client);
  expect(code).toBe(1);
  expect(json).toMatchObject({ verdict: 'fail', octets: null, trouble: expect.stringMatching(/not found/i) });
});

test('the time is the time', () => {
  const { code, json } = probe('tod', '10.60.0.2');
  expect(code).toBe(0);
  expect(Math.abs(json['off_seconds'] as number)).toBeLessThanOrEqual(1);
});

test('an OFFER is read by ours and by the package', () => {
  expect(probe('dhcp', '10.60.0.2')).toMatchObject({
    code: 0,
    json: {
      verdict: 'pass',
      headend: { type: 'OFFER', siaddr: '10.60.0.2', file: 'hello.txt' },
      package: { reading: { op: 2, siaddr: '10.60.0.2', file: 'hello.txt' } },
    },
  });
});

test('a closed port and a silent address are exit code 1, each in its words', () => {
  expect(probe('dns', '10.60.0.2', 'www.lab.example', 'A', '--port', '5300')).toMatchObject({
    code: 1,
    json: { trouble: expect.stringContaining('the port is closed') },
  });
  expect(probe('tod', '10.60.0.77')).toMatchObject({ code: 1, json: { verdict: 'fail' } });
});
