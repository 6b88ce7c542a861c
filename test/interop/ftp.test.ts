import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const README = 'one line\r\nand another\r\n';
const LAB = `headend: 1
name: lab
net: { core: { kind: segment } }
services:
  ftp:
    on: core
    ip: 192.0.2.21
    files: { readme.txt: { text: "one line\\r\\nand another\\r\\n" } }
`;

let lab: Lab;
beforeAll(async () => {
  need('ip', 'curl');
  built();
  lab = new Lab();
  for (const name of ['srv', 'cli', 'alone']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.80.0.1/24' },
    { in: 'cli', as: 'eth0', address: '10.80.0.2/24' },
  );
  lab.run('srv', 'ip', '-6', 'address', 'add', 'fd00::1/64', 'dev', 'lan0', 'nodad');
  lab.run('cli', 'ip', '-6', 'address', 'add', 'fd00::2/64', 'dev', 'eth0', 'nodad');
  const file = lab.file('lab.yaml', LAB);
  await serve(lab, 'srv', file, '--listen', '0.0.0.0,::');
  await serve(lab, 'alone', file);
});
afterAll(() => lab?.remove());

const WAYS = [
  { way: 'passive, EPSV', flags: [], says: /< 229 Entering Extended Passive Mode \(\|\|\|\d+\|\)/ },
  { way: 'active, EPRT', flags: ['-P', '-'], says: /> EPRT \|[12]\|/ },
];
const IPV4_WAYS = [
  ...WAYS,
  { way: 'passive, PASV', flags: ['--disable-epsv'], says: /< 227 Entering Passive Mode/ },
  { way: 'active, PORT', flags: ['-P', '-', '--disable-eprt'], says: /> PORT \d+,/ },
];

describe.each([
  { where: 'all addresses listened on', from: 'cli', at: '10.80.0.1', ways: IPV4_WAYS },
  { where: 'IPv6', from: 'cli', at: '[fd00::1]', ways: WAYS },
  { where: 'loopback', from: 'alone', at: '127.0.0.1', ways: IPV4_WAYS },
])('curl fetches and lists by FTP: $where', ({ from, at, ways }) => {
  test.each(ways)('$way', ({ flags, says }) => {
    // To go to the address that PASV names is what a client without curl's caution does.
    const curl = ['-sv', '--stderr', '-', '-m', '60', '--no-ftp-skip-pasv-ip', ...flags];
    const fetched = lab.attempt(from, 'curl', ...curl, `ftp://${at}/readme.txt`);
    expect(fetched.code, fetched.out).toBe(0);
    expect(fetched.out).toMatch(says);
    expect(fetched.out).toContain(README);
    if (flags.includes('--disable-epsv')) expect(fetched.out).toContain(`(${at.replaceAll('.', ',')},`);
    const listed = lab.attempt(from, 'curl', '-s', '-m', '60', ...flags, `ftp://${at}/`);
    expect(listed.out).toMatch(/ 23 .* readme\.txt\r?\n/);
  });
});
