import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = `headend: 1
name: dns-tls
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.61.0.2
    nsid: ns1.lab
    tls: { certificate-file: cert.pem, key-file: key.pem }
    rate-limit: { per-second: 5 }
    zones: { lab.example: { file: ./lab.zone } }
`;
const ZONE = `$ORIGIN lab.example.
$TTL 300
@ SOA ns hostmaster 1 7200 1800 604800 60
@ NS ns
ns A 10.61.0.2
$INCLUDE hosts
$GENERATE 1-200 host$ A 10.61.1.$
$GENERATE 1-60 big TXT "\${0,3} xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
`;

let lab: Lab;

beforeAll(async () => {
  need('ip', 'kdig', 'dig', 'openssl');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.61.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.61.0.9/24' },
  );
  const certificate = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=ns.lab.example',
  ];
  const files = ['-keyout', join(lab.folder, 'key.pem'), '-out', join(lab.folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', ...certificate, ...files], { stdio: 'ignore' });
  lab.file('lab.zone', ZONE);
  lab.file('hosts', 'www A 192.0.2.10\n');
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

const kdig = (...args: string[]): string =>
  lab.run('cli', 'kdig', '@10.61.0.2', '+retry=0', '+time=20', ...args);

test.each([
  { name: 'www.lab.example', type: 'A', answer: '192.0.2.10' },
  { name: 'host200.lab.example', type: 'A', answer: '10.61.1.200' },
])('kdig over TLS: $name', ({ name, type, answer }) => {
  expect(kdig('+tls', '+short', name, type).trim()).toBe(answer);
});

test('a large answer, whole and padded to a block of 468 octets: RFC 8467', () => {
  const seen = kdig('+tls', '+padding', 'big.lab.example', 'TXT');
  expect(seen.match(/IN\s+TXT\s+"/g)?.length).toBe(60);
  const octets = Number(/Received (\d+) B/.exec(seen)?.[1]);
  expect(octets % 468).toBe(0);
});

test('many questions on one connection', () => {
  const names = Array.from({ length: 20 }, (_, index) => `host${index + 1}.lab.example`);
  const seen = kdig('+tls', '+keepopen', '+short', ...names);
  expect(seen.trim().split('\n')).toEqual(names.map((_, index) => `10.61.1.${index + 1}`));
});

const handshake = (version: string): string =>
  lab.run(
    'cli',
    'sh',
    '-c',
    `echo | openssl s_client -connect 10.61.0.2:853 ${version} 2>&1 | grep -E 'Protocol *:|New, TLS|Cipher is' || true`,
  );

test('TLS 1.2 and 1.3, nothing older', () => {
  expect(handshake('-tls1_3')).toContain('TLSv1.3');
  expect(handshake('-tls1_2')).toContain('TLSv1.2');
  expect(handshake('-tls1_1')).not.toMatch(/New, TLSv1/);
});

test('who does not speak TLS on that port is let go, and the server goes on', async () => {
  const script = join(lab.folder, 'plain.cjs');
  writeFileSync(
    script,
    `const s = require('node:net').connect(853, '10.61.0.2', () => s.write('GET / HTTP/1.1\\r\\n\\r\\n'));
s.on('close', () => console.log('gone')); s.on('error', () => {}); s.resume();`,
  );
  expect(lab.run('cli', process.execPath, script)).toContain('gone');
  expect(kdig('+tls', '+short', 'www.lab.example', 'A').trim()).toBe('192.0.2.10');
});

const dig = (...args: string[]): string =>
  lab.run('cli', 'dig', '@10.61.0.2', '+tries=1', '+time=20', ...args);

test('a cookie for dig, and NSID on request', () => {
  const seen = dig('www.lab.example', 'A', '+nsid');
  expect(seen).toMatch(/COOKIE: [0-9a-f]{48} \(good\)/);
  expect(seen).toContain('ns1.lab');
});
