import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const MODES = ['virtual', 'live'] as const;
const MODEMS = ['00:10:18:00:00:00', '00:10:18:00:00:01', '00:10:18:00:00:02'];
/** What tshark calls an error; its lesser remarks hold the rules we write as comments, and one datagram seen on two segments. */
const WRONG = '_ws.malformed || _ws.expert.severity >= 0x800000 || _ws.short';

/** Ours are to be right; on a wire between two namespaces the kernel may have left them to a card that is not there. */
const CHECKSUMS = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);

interface Outcome {
  readonly verdict: string;
  readonly devices: readonly { kind: string; state: string; cmts_state?: string; ip?: string }[];
}

let folder = '';
let box: Lab | undefined;
const outcomes = new Map<string, Outcome>();

beforeAll(() => {
  need('ip', 'tshark', 'capinfos', 'udhcpc', 'dig', 'curl');
  built();
  folder = mkdtempSync(join(tmpdir(), 'headend-captures-'));
  // Live runs of one scenario have the same ports: each file of tests has a loopback of its own.
  box = new Lab();
  box.namespace('box');
  for (const scenario of ['cable-modem-boot', 'name-lookup'])
    for (const mode of MODES) {
      const file = resolve(import.meta.dirname, `../../scenarios/${scenario}.yaml`);
      const args = [MAIN, 'run', file, '--mode', mode, '--pcap', captureOf(scenario, mode), '--json'];
      const said = box.run('box', process.execPath, ...args);
      outcomes.set(`${scenario} ${mode}`, JSON.parse(said) as Outcome);
    }
});
afterAll(() => {
  box?.remove();
  rmSync(folder, { recursive: true, force: true });
});

function captureOf(scenario: string, mode: string): string {
  return join(folder, `${scenario}-${mode}.pcapng`);
}

function tshark(file: string, ...args: string[]): string {
  return execFileSync('tshark', ['-r', file, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** One row a packet that the filter lets through, one column a field. */
function rows(file: string, filter: string, ...fields: string[]): string[][] {
  const said = tshark(file, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field]));
  return said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

function count(file: string, filter: string): number {
  return rows(file, filter, 'frame.number').length;
}

/** Each row once, in an order that has nothing to do with time. */
function distinct(found: readonly (readonly string[])[]): string[] {
  return [...new Set(found.map(String))].toSorted();
}

describe.each(MODES)('the boot of three modems, %s', (mode) => {
  const file = () => captureOf('cable-modem-boot', mode);

  test('all are operational, and the capture holds nothing wrong', () => {
    const { verdict, devices } = outcomes.get(`cable-modem-boot ${mode}`)!;
    const modems = devices.filter(({ kind }) => kind === 'cable-modem');
    expect(verdict).toBe('pass');
    expect(modems.map(({ state }) => state)).toEqual(Array(3).fill('operational'));
    expect(modems.map(({ cmts_state: seen }) => seen)).toEqual(Array(3).fill('online'));
    expect(tshark(file(), ...CHECKSUMS, '-Y', WRONG)).toBe('');
  });

  test.each([
    { protocol: 'every kind of DHCP message', filter: 'dhcp', packets: 3 * 8 },
    // A block shorter than 512 octets ends the file.
    { protocol: 'the file by TFTP', filter: 'tftp.opcode == 3 && udp.length < 524', packets: 3 * 2 },
    { protocol: 'the time', filter: 'time', packets: 3 * 2 },
    {
      protocol: 'ranging, heard first',
      filter: 'docsis_mgmt.type == 30 || docsis_mgmt.type == 4',
      packets: 3 * 2,
    },
    { protocol: 'ranging, answered', filter: 'docsis_mgmt.type == 5', packets: 3 * 2 },
    { protocol: 'a request to register', filter: 'docsis_mgmt.type == 6', packets: 3 },
    { protocol: 'its answer', filter: 'docsis_mgmt.type == 7', packets: 3 },
    { protocol: 'its acknowledgement', filter: 'docsis_mgmt.type == 14', packets: 3 },
  ])('tshark reads $protocol', ({ filter, packets }) => {
    const seen = count(file(), filter);
    // A machine that was busy in live mode may have made somebody ask again.
    if (mode === 'virtual') expect(seen).toBe(packets);
    else expect(seen).toBeGreaterThanOrEqual(packets);
  });

  test("on the cable, a modem without an address broadcasts, and the relay's option 82 is not there", () => {
    const asked = rows(
      file(),
      'dhcp.type == 1 && frame.interface_name == "hfc"',
      'eth.dst',
      'ip.src',
      'ip.dst',
      'dhcp.ip.relay',
    );
    expect(distinct(asked)).toEqual(['ff:ff:ff:ff:ff:ff,0.0.0.0,255.255.255.255,0.0.0.0']);
    expect(count(file(), 'frame.interface_name == "hfc" && dhcp.option.type == 82')).toBe(0);
    expect(count(file(), 'frame.interface_name == "core" && ip.dst == 255.255.255.255')).toBe(0);
  });

  test('behind the relay, unicasts with giaddr and the address of the modem in option 82', () => {
    const fields = [
      'ip.src',
      'ip.dst',
      'dhcp.ip.relay',
      'dhcp.option.agent_information_option.agent_remote_id',
    ];
    const seen = rows(file(), 'dhcp && frame.interface_name == "core"', 'dhcp.option.dhcp', ...fields);
    const relayed = MODEMS.flatMap((mac) => {
      const remoteId = mac.replaceAll(':', '');
      const up = ['10.9.0.1', '10.0.0.67', '10.9.0.1', remoteId];
      const down = ['10.0.0.67', '10.9.0.1', '10.9.0.1', remoteId];
      return [
        ['1', ...up],
        ['2', ...down],
        ['3', ...up],
        ['5', ...down],
      ];
    });
    expect(distinct(seen)).toEqual(distinct(relayed));
    expect(count(file(), 'frame.interface_name == "core" && eth.dst == ff:ff:ff:ff:ff:ff && dhcp')).toBe(0);
  });

  test('every ACK says where to boot from: siaddr, file, the time server', () => {
    const fields = ['dhcp.ip.server', 'dhcp.file', 'dhcp.option.time_server'];
    const acks = rows(file(), 'dhcp.option.dhcp == 5', ...fields);
    expect(distinct(acks)).toEqual(['10.0.0.69,gold.cfg,10.0.0.37']);
  });
});

describe("both modes show the scenario's own addresses and ports", () => {
  const who = ['frame.interface_name', 'ip.src', 'ip.dst'];

  test.each([
    {
      what: 'the same leases to the same modems',
      filter: 'dhcp.option.dhcp == 5',
      fields: [...who, 'udp.srcport', 'udp.dstport', 'dhcp.hw.mac_addr'],
    },
    { what: 'files and the time between the same hosts', filter: 'tftp || udp.port == 37', fields: who },
  ])('$what', ({ filter, fields }) => {
    const [virtual, live] = MODES.map((mode) =>
      distinct(rows(captureOf('cable-modem-boot', mode), filter, ...fields)),
    );
    expect(live).toEqual(virtual);
    expect(live!.length).toBeGreaterThanOrEqual(6);
  });

  test('live, the comment of the section says what stood for them', () => {
    const said = execFileSync('capinfos', ['-k', captureOf('cable-modem-boot', 'live')], {
      encoding: 'utf8',
    });
    expect(said).toMatch(/10\.0\.0\.67:67 is 127\.\d+\.\d+\.\d+:20067 \(udp, dhcp\)/);
  });
});

describe.each(MODES)('three look-ups, %s', (mode) => {
  const file = () => captureOf('name-lookup', mode);

  test('nothing is wrong in them', () => {
    expect(outcomes.get(`name-lookup ${mode}`)?.verdict).toBe('pass');
    expect(tshark(file(), ...CHECKSUMS, '-Y', WRONG)).toBe('');
  });

  test('tshark reads an alias with its address, a name error with its SOA, a wildcard', () => {
    const fields = ['dns.qry.name', 'dns.flags.rcode', 'dns.cname', 'dns.a', 'dns.soa.mname'];
    const answers = distinct(
      rows(file(), 'dns.flags.response == 1 && dns.flags.authoritative == 1', ...fields),
    );
    expect(answers).toEqual([
      'anything.dyn.lab.example,0,,10.0.0.99,',
      'prtal.lab.example,3,,,ns.lab.example',
      'www.lab.example,0,portal.lab.example,10.0.0.80,',
    ]);
  });
});

const SERVED = `headend: 1
name: served
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2
    subnets:
      - { subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.110, lease: 1h, router: 10.60.0.2, options: { domain-name-servers: [10.60.0.2] } }
  tftp: { on: lan, ip: 10.60.0.2, folder: ./root }
  tod: { on: lan, ip: 10.60.0.2 }
  dns:
    on: lan
    ip: 10.60.0.2
    zones:
      lab.example:
        records: { www: [{ type: A, data: 192.0.2.10 }, { type: AAAA, data: 2001:db8::10 }], text: { type: TXT, data: '"one" "two"' } }
`;

const SCRIPT = `#!/bin/sh
[ "$1" = bound ] && ip address replace "$ip/$mask" dev "$interface"
exit 0
`;

/** Makes the kernel ask for addresses that nobody has. */
const ASKING = `const socket = require('dgram').createSocket('udp4');
let host = 200;
setInterval(() => socket.send('x', 9, '10.60.0.' + host++), 200);
console.log('asking');`;

describe('what serve sends to real clients', () => {
  let lab: Lab;
  let file: string;

  beforeAll(async () => {
    lab = new Lab();
    lab.namespace('srv');
    lab.namespace('cli');
    lab.cable({ in: 'srv', as: 'lan0', address: '10.60.0.2/24' }, { in: 'cli', as: 'eth0' });
    mkdirSync(join(lab.folder, 'root'));
    writeFileSync(join(lab.folder, 'root', 'image'), Buffer.alloc(1300, 7));
    const scenario = lab.file('served.yaml', SERVED);
    await serve(lab, 'srv', scenario, '--interface', 'lan0', '--state', join(lab.folder, 'state'));
    file = join(lab.folder, 'wire.pcapng');
    const wire = await lab.start('cli', /Capturing on/, 'tshark', '-l', '-P', '-i', 'eth0', '-w', file);
    // It says so before it does: only what it shows is proof that it sees.
    const asking = await lab.start('srv', /asking/, process.execPath, '-e', ASKING);
    await wire.until(/Who has 10\.60\.0\.2/);
    await asking.end('SIGKILL');
    const script = lab.file('script', SCRIPT);
    lab.run('cli', 'chmod', '755', script);
    lab.run('cli', 'udhcpc', '-f', '-n', '-q', '-t', '20', '-T', '3', '-i', 'eth0', '-s', script);
    lab.run('cli', 'dig', '@10.60.0.2', 'www.lab.example', 'A');
    lab.run('cli', 'dig', '@10.60.0.2', 'nothing.lab.example', 'A');
    lab.run('cli', 'dig', '@10.60.0.2', '+tcp', 'text.lab.example', 'TXT');
    lab.run('cli', process.execPath, MAIN, 'probe', 'tod', '10.60.0.2');
    lab.run('cli', 'curl', '-s', '-o', '/dev/null', '--tftp-blksize', '512', 'tftp://10.60.0.2/image');
    lab.attempt('cli', 'curl', '-s', '-o', '/dev/null', 'tftp://10.60.0.2/nothing');
    await wire.until(/Error Code, Code: File not found/);
    await wire.end('SIGINT');
  });
  afterAll(() => lab?.remove());

  test('nothing malformed, no error that tshark knows', () => {
    expect(tshark(file, '-Y', WRONG)).toBe('');
  });

  test.each([
    {
      what: 'OFFER',
      filter: 'dhcp.option.dhcp == 2 && ip.src == 10.60.0.2',
      field: 'dhcp.ip.your',
      is: ['10.60.0.100'],
    },
    { what: 'ACK', filter: 'dhcp.option.dhcp == 5', field: 'dhcp.ip.your', is: ['10.60.0.100'] },
    {
      what: 'the answer by UDP',
      filter: 'udp && dns.flags.response == 1 && dns.flags.rcode == 0',
      field: 'dns.a',
      is: ['192.0.2.10'],
    },
    {
      what: 'the name error',
      filter: 'dns.flags.rcode == 3 && dns.soa.mname',
      field: 'dns.qry.name',
      is: ['nothing.lab.example'],
    },
    {
      what: 'the answer by TCP',
      filter: 'tcp && dns.flags.response == 1',
      field: 'dns.txt',
      is: ['one,two'],
    },
    { what: 'the time', filter: 'time && udp.srcport == 37', field: 'udp.length', is: ['12'] },
    { what: 'the options agreed', filter: 'tftp.opcode == 6', field: 'tftp.opcode', is: ['6'] },
    { what: 'three blocks', filter: 'tftp.opcode == 3', field: 'tftp.block', is: ['1', '2', '3'] },
    { what: 'the error', filter: 'tftp.opcode == 5', field: 'tftp.error.code', is: ['1'] },
    // On a machine that is busy somebody may ask again: each once.
  ])('tshark reads $what', ({ filter, field, is }) => {
    expect(distinct(rows(file, filter, field))).toEqual(is);
  });
});
