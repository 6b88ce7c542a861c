import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const ZONE = `$ORIGIN lab.example.
$TTL 300
@    SOA ns hostmaster 2026010100 7200 1800 604800 60
@    NS  ns
ns   A   10.60.0.2
ns   AAAA fd00:60::2
www  A   192.0.2.10
www  AAAA 2001:db8::10
odd  TYPE65400 \\# 4 DEADBEEF
${Array.from({ length: 60 }, (_, n) => `big TXT "${String(n).padStart(3, '0')}${'x'.repeat(60)}"`).join('\n')}
`;

const LAB = `headend: 1
name: probed
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2
    subnets:
      - subnet: 10.60.0.0/24
        range: 10.60.0.100-10.60.0.110
        lease: 1h
        router: 10.60.0.1
        class: 'docsis*'
        tftp: { server: 10.60.0.2, file: a.cfg }
  tftp: { on: lan, ip: [10.60.0.2, fd00:60::2], files: { a.cfg: { file: ./image } } }
  tod: { on: lan, ip: [10.60.0.2, fd00:60::2] }
  dns: { on: lan, ip: [10.60.0.2, fd00:60::2], zones: { lab.example: { file: ./lab.zone } } }
`;

const V4 = '10.60.0.2';
const V6 = 'fd00:60::2';
const IMAGE = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff));
/** Nothing listens here. */
const CLOSED = '5999';
/** Somebody listens here and never answers. */
const SILENT = '5998';

/** Somebody answers here with octets that promise more than there is: to DNS a count of 9, to DHCP no cookie. */
const LYING = '5997';
const LIAR = `const socket = require('dgram').createSocket('udp4');
socket.on('message', (octets, from) => {
  if (octets.length > 200) octets[0] = 2, octets.fill(0, 236, 240);
  else octets[2] |= 0x80, octets[7] = 9;
  socket.send(octets, from.port, from.address);
});
socket.bind(${LYING}, () => console.log('bound'));`;

let lab: Lab;

beforeAll(async () => {
  need('ip', 'dig', 'curl', 'tshark');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.namespace('cli');
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  // Without a wait for somebody else who has the address.
  lab.run('srv', 'ip', 'address', 'add', `${V6}/64`, 'dev', 'lan0', 'nodad');
  lab.run('cli', 'ip', 'address', 'add', 'fd00:60::9/64', 'dev', 'eth0', 'nodad');
  lab.file('lab.zone', ZONE);
  lab.file('image', IMAGE);
  const file = lab.file('lab.yaml', LAB);
  await serve(lab, 'srv', file, '--interface', 'lan0', '--state', join(lab.folder, 'state'));
  const deaf = `require('dgram').createSocket('udp4').bind(${SILENT}, () => console.log('bound'))`;
  await lab.start('srv', /bound/, process.execPath, '-e', deaf);
  await lab.start('srv', /bound/, process.execPath, '-e', LIAR);
  lab.run('cli', 'ip', 'address', 'add', '10.77.0.1/32', 'dev', 'lo');
});
afterAll(() => lab?.remove());

function probe(...words: string[]): { code: number; out: string } {
  return lab.attempt('cli', process.execPath, MAIN, 'probe', ...words);
}

function probeJson(...words: string[]): { code: number; said: unknown } {
  const { code, out } = probe(...words, '--json');
  return { code, said: JSON.parse(out) };
}

describe.each([V4, V6])('probe dns at %s', (server) => {
  test.each([
    { how: [], name: 'www.lab.example', type: 'A', answer: 'www.lab.example. 300 IN A 192.0.2.10' },
    {
      how: ['--tcp'],
      name: 'www.lab.example',
      type: 'AAAA',
      answer: 'www.lab.example. 300 IN AAAA 2001:db8::10',
    },
    {
      how: [],
      name: 'odd.lab.example',
      type: 'TYPE65400',
      answer: 'odd.lab.example. 300 IN TYPE65400 \\# 4 DEADBEEF',
    },
  ])('$name $type $how', ({ how, name, type, answer }) => {
    expect(probeJson('dns', server, name, type, ...how)).toMatchObject({
      code: 0,
      said: {
        format_version: 1,
        verdict: 'pass',
        transport: how.includes('--tcp') ? 'tcp' : 'udp',
        headend: { rcode: 'NOERROR', flags: ['aa', 'rd'], answers: [answer] },
        differences: [],
      },
    });
    const { code, out } = probe('dns', server, name, type, ...how);
    expect(code).toBe(0);
    expect(out).toContain(answer);
    expect(out).toMatch(/dns-packet\s+reads the same/);
  });

  test('no data is no difference', () => {
    expect(probeJson('dns', server, 'www.lab.example', 'TYPE65')).toMatchObject({
      code: 0,
      said: {
        verdict: 'pass',
        headend: { rcode: 'NOERROR', answers: [] },
        dns_packet: { answers: [] },
        differences: [],
      },
    });
  });

  test('what was cut is asked for by TCP', () => {
    const { code, said } = probeJson('dns', server, 'big.lab.example', 'TXT');
    const { transport, headend } = said as { transport: string; headend: { answers: string[] } };
    expect({ code, transport, count: headend.answers.length }).toEqual({
      code: 0,
      transport: 'tcp',
      count: 60,
    });
  });

  test.each([
    { name: 'nothing.lab.example', rcode: 'NXDOMAIN' },
    { name: 'www.other.example', rcode: 'REFUSED' },
  ])('$name: $rcode is exit code 1', ({ name, rcode }) => {
    expect(probeJson('dns', server, name, 'A')).toMatchObject({
      code: 1,
      said: { verdict: 'fail', headend: { rcode, answers: [] }, differences: [] },
    });
  });
});

describe.each([V4, V6])('probe tftp at %s', (server) => {
  test.each([
    { with: 'headend', more: [] },
    { with: 'headend', more: ['--blksize', '600', '--windowsize', '3'] },
    { with: 'package', more: [] },
  ])('with $with $more', ({ with: client, more }) => {
    const file = join(lab.folder, 'fetched');
    expect(probeJson('tftp', server, 'a.cfg', '--with', client, '-o', file, ...more)).toMatchObject({
      code: 0,
      said: { format_version: 1, verdict: 'pass', client, octets: IMAGE.length, trouble: '' },
    });
    expect(readFileSync(file).equals(IMAGE)).toBe(true);
  });

  test.each(['headend', 'package'])('with %s, a file that is not there is exit code 1', (client) => {
    const { code, out } = probe('tftp', server, 'nothing', '--with', client);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ no file: .*not found/i);
  });
});

test.each([V4, V6])('probe tod at %s', (server) => {
  const askedAt = performance.now();
  const { code, said } = probeJson('tod', server);
  const { verdict, time, off_seconds: off } = said as { verdict: string; time: string; off_seconds: number };
  expect({ code, verdict }).toEqual({ code: 0, verdict: 'pass' });
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  // Whole seconds, and what passes between the server's clock and the client's on a machine that is busy.
  expect(Math.abs(off)).toBeLessThanOrEqual(1 + Math.floor((performance.now() - askedAt) / 1_000));
  expect(probe('tod', server).out).toMatch(/✓ \d{4}-.*, -?\d+ s off this machine's clock/);
});

describe('probe dhcp', () => {
  test('an OFFER, as headend reads it and as the package dhcp does', () => {
    const { code, said } = probeJson('dhcp', V4, '--class', 'docsis3.1', '--mac', '02:00:00:00:00:77');
    expect(code).toBe(0);
    expect(said).toMatchObject({
      format_version: 1,
      verdict: 'pass',
      headend: { type: 'OFFER', yiaddr: '10.60.0.100', siaddr: V4, giaddr: '10.60.0.9', file: 'a.cfg' },
      package: {
        reading: {
          yiaddr: '10.60.0.100',
          siaddr: V4,
          giaddr: '10.60.0.9',
          file: 'a.cfg',
          chaddr: '02-00-00-00-00-77',
          options: { 1: '255.255.255.0', 3: ['10.60.0.1'], 51: 3600, 53: 2, 54: V4 },
        },
      },
    });
    const { out } = probe('dhcp', V4, '--class', 'docsis3.1', '--mac', '02:00:00:00:00:77');
    expect(out).toMatch(
      /headend\n[^]*yiaddr +10\.60\.0\.100[^]*dhcp \(the package\)\n[^]*yiaddr +10\.60\.0\.100/,
    );
  });

  test.each([
    { name: 'a class that no subnet serves', more: [] },
    { name: 'a relay whose link is not known', more: ['--class', 'docsis3.1', '--giaddr', '10.77.0.1'] },
  ])('$name: silence is exit code 1', ({ more }) => {
    expect(probeJson('dhcp', V4, ...more)).toMatchObject({
      code: 1,
      said: { verdict: 'fail', trouble: 'no answer in 4500 ms', headend: null, package: null },
    });
  });
});

describe('no answer and no server', () => {
  test.each([
    { words: ['dns', V4, 'www.lab.example', '--port', CLOSED], trouble: 'the port is closed' },
    { words: ['dns', V4, 'www.lab.example', '--port', CLOSED, '--tcp'], trouble: 'the port is closed' },
    { words: ['dns', V6, 'www.lab.example', '--port', CLOSED], trouble: 'the port is closed' },
    { words: ['dns', V4, 'www.lab.example', '--port', LYING], trouble: 'the answer cannot be read: ' },
    { words: ['dns', '198.51.100.1', 'www.lab.example'], trouble: 'there is no way to that address' },
    { words: ['dns', '2001:db8::1', 'www.lab.example'], trouble: 'there is no way to that address' },
    { words: ['tod', V4, '--port', CLOSED], trouble: 'the port is closed' },
    { words: ['tod', '198.51.100.1'], trouble: 'there is no way to that address' },
    { words: ['dhcp', V4, '--port', CLOSED], trouble: 'the port is closed' },
    { words: ['dhcp', V4, '--port', LYING], trouble: 'the answer cannot be read: ' },
    { words: ['dhcp', '198.51.100.1'], trouble: 'there is no way to that address' },
    { words: ['dhcp', V4, '--giaddr', '10.78.0.1'], trouble: 'is not one of this machine' },
    { words: ['tftp', '198.51.100.1', 'a.cfg'], trouble: 'there is no way to that address' },
    { words: ['tftp', '2001:db8::1', 'a.cfg'], trouble: 'there is no way to that address' },
  ])('probe $words: $trouble, exit code 1', ({ words, trouble }) => {
    const { code, out } = probe(...words);
    expect(out).toContain(trouble);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(probeJson(...words)).toMatchObject({
      code: 1,
      said: { format_version: 1, verdict: 'fail', trouble: expect.stringContaining(trouble) },
    });
  });

  test.each([
    { words: ['dns', V4, 'www.lab.example', '--port', SILENT], trouble: 'no answer in 4500 ms' },
    { words: ['tod', V4, '--port', SILENT], trouble: 'no answer in 4500 ms' },
    { words: ['tftp', V4, 'a.cfg', '--port', SILENT], trouble: 'no answer to 4 packets' },
  ])('probe $words: $trouble, exit code 1', ({ words, trouble }) => {
    expect(probeJson(...words)).toMatchObject({
      code: 1,
      said: { verdict: 'fail', trouble: expect.stringContaining(trouble) },
    });
  });
});

describe('bad usage is exit code 2 and says what to write', () => {
  test.each([
    {
      words: ['dns', 'localhost', 'www.lab.example'],
      says: '"localhost" is not an address: write 192.0.2.53',
    },
    { words: ['dns', V4, 'www..example'], says: 'www..example' },
    { words: ['dns', V4, 'www.lab.example', 'AAAAA'], says: 'AAAAA' },
    {
      words: ['dns', V4, 'www.lab.example', '--port', '70000'],
      says: '"70000" is not a port: write 1 to 65535',
    },
    { words: ['dns', V4], says: "missing required argument 'name'" },
    { words: ['tftp', V4, 'a.cfg', '--blksize', '7'], says: '"7" is not a whole number from 8 to 65464' },
    { words: ['tftp', V4, 'a.cfg', '--windowsize', 'x'], says: '"x" is not a whole number from 1 to 65535' },
    { words: ['tftp', V4, 'a.cfg', '--with', 'curl'], says: 'headend, package' },
    { words: ['tod', '300.0.0.1'], says: '"300.0.0.1" is not an address' },
    { words: ['dhcp', V6], says: 'DHCP is asked over IPv4' },
    {
      words: ['dhcp', V4, '--mac', '02:00'],
      says: '"02:00" is not a hardware address: write 02:00:00:00:00:01',
    },
    { words: ['dhcp', V4, '--giaddr', V6], says: 'DHCP is asked over IPv4' },
    { words: ['dhpc', V4], says: 'Did you mean dhcp?' },
  ])('probe $words', ({ words, says }) => {
    const { code, out } = probe(...words);
    expect(out).toContain(says);
    expect(out).not.toMatch(/\n\s+at /);
    expect(code).toBe(2);
  });
});

describe('serve over IPv6, to clients of others', () => {
  test.each([['+notcp'], ['+tcp']])('dig -6 %s', (transport) => {
    const dig = (...words: string[]) =>
      lab.run('cli', 'dig', '-6', `@${V6}`, '+tries=1', '+time=15', transport, '+short', ...words).trim();
    expect(dig('www.lab.example', 'AAAA')).toBe('2001:db8::10');
    expect(dig('www.lab.example', 'A')).toBe('192.0.2.10');
    expect(dig('big.lab.example', 'TXT').split('\n')).toHaveLength(60);
  });

  test.each(['512', '1428'])('curl -6 in blocks of %s', (blksize) => {
    const file = join(lab.folder, `curl6-${blksize}`);
    lab.run('cli', 'curl', '-6', '-s', '-g', '--tftp-blksize', blksize, '-o', file, `tftp://[${V6}]/a.cfg`);
    expect(readFileSync(file).equals(IMAGE)).toBe(true);
  });
});

describe('the second reader of captured packets', () => {
  let captures: Record<string, string>;

  beforeAll(() => {
    captures = {};
    for (const name of ['cable-modem-boot', 'name-lookup']) {
      const file = resolve(import.meta.dirname, `../../scenarios/${name}.yaml`);
      captures[name] = join(lab.folder, `${name}.pcapng`);
      lab.run('cli', process.execPath, MAIN, 'run', file, '--pcap', captures[name], '--json');
    }
  });

  /** The first packet of the capture that tshark's filter lets through, as the package reads it. */
  function reading(capture: string, filter: string): unknown {
    const path = captures[capture] ?? '';
    const found = lab.run('cli', 'tshark', '-r', path, '-Y', filter, '-T', 'fields', '-e', 'frame.number');
    const [number = ''] = found.split('\n');
    const words = ['explain', `${path}#${number}`, '--second-reader', '--json'];
    return JSON.parse(lab.run('cli', process.execPath, MAIN, ...words));
  }

  test.each([
    {
      capture: 'cable-modem-boot',
      protocol: 'DHCP',
      kind: 'OFFER',
      filter: 'dhcp.option.dhcp == 2',
      reader: 'dhcp',
      read: {
        op: 2,
        siaddr: '10.0.0.69',
        giaddr: '10.9.0.1',
        file: 'gold.cfg',
        options: { 53: 2, 54: '10.0.0.67' },
      },
    },
    {
      capture: 'cable-modem-boot',
      protocol: 'TFTP',
      kind: 'RRQ',
      filter: 'tftp.opcode == 1',
      reader: 'tftp',
      read: { kind: 'rrq', packet: { file: 'gold.cfg' } },
    },
    {
      capture: 'name-lookup',
      protocol: 'DNS',
      kind: 'ANSWER',
      filter: 'dns.flags.response == 1',
      reader: 'dns-packet',
      read: {
        type: 'response',
        rcode: 'NOERROR',
        answers: [{ type: 'CNAME' }, { type: 'A', data: '10.0.0.80' }],
      },
    },
  ])('$reader reads $kind', ({ capture, protocol, kind, filter, reader, read }) => {
    expect(reading(capture, filter)).toMatchObject({
      protocol,
      kind,
      second_reader: { package: reader, result: { reading: read } },
    });
  });

  test('octets that the package gives up on are its trouble: the rest is shown', () => {
    const cut = lab.file('cut.hex', `0201060000000001${'00'.repeat(20)}`);
    const words = ['explain', cut, '--as', 'dhcp', '--second-reader', '--json'];
    const { code, out } = lab.attempt('cli', process.execPath, MAIN, ...words);
    expect({ code, said: JSON.parse(out) as unknown }).toMatchObject({
      code: 0,
      said: {
        protocol: 'DHCP',
        kind: 'MALFORMED',
        fields: { error: 'truncated at octet 28: chaddr' },
        second_reader: { package: 'dhcp', result: { trouble: 'Received data is too short' } },
      },
    });
  });
});
