import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CaptureWriter, LinkType } from '../../src/codec/pcap.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { NEVER, toInstant } from '../../src/core/time.ts';
import type { Effects } from '../../src/core/service.ts';
import { acting, pair } from '../driver/cases/plant.ts';
import { Recorder } from '../driver/capture.ts';
import { ip } from '../driver/plants.ts';
import { Actor, octetsOf } from '../driver/world.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-capture-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tshark(octets: Uint8Array, ...args: string[]): string {
  const file = join(folder, 'run.pcapng');
  writeFileSync(file, octets);
  const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'];
  const options = checks.flatMap((name) => ['-o', `${name}:TRUE`]);
  return execFileSync('tshark', ['-r', file, ...options, ...args], { encoding: 'utf8' });
}

function ask(effects: Effects): void {
  for (const address of [ip('10.0.0.2'), ip('fd00::2')]) {
    effects.send(1007, { address, port: 1007 }, octetsOf('hello'));
    effects.send(1007, { address, port: 1999 }, octetsOf('closed'));
    effects.connect({ address, port: 1053 });
    effects.connect({ address, port: 1999 });
  }
  effects.send(1007, { address: ip('10.0.0.9'), port: 1007 }, octetsOf('nobody'));
  effects.send(1007, { address: ip('fd00::9'), port: 1007 }, octetsOf('nobody'));
}

/** Both families: an echo, a closed port, a host that is not there, a transfer, a refused stream. */
function record(): Recorder {
  const recorder = new Recorder();
  const left = acting({ go: ask }, (input, _now, effects) => {
    if (input.kind !== 'stream' || input.event !== 'opened') return;
    effects.write(input.stream, new Uint8Array(150_000).fill(7));
    effects.close(input.stream);
  });
  const right = new Actor((input, _now, effects) => {
    if (input.kind === 'datagram') effects.send(1007, input.from, input.octets);
    if (input.kind === 'stream' && input.event === 'closed') effects.close(input.stream);
  });
  const topology = pair(left, right, { right: { tcpPorts: [1053] } });
  const driver = new SimDriver({ topology, seed: 7, trace: [recorder] });
  driver.command(toInstant(0), 'left', 'go', {});
  driver.run(NEVER);
  expect(left.count('unreachable')).toBe(4);
  expect(right.received()).toHaveLength(300_000);
  return recorder;
}

test('tshark finds nothing malformed, no wrong checksum and no expert remark in a simulated run', () => {
  const recorder = record();
  const octets = recorder.octets();
  const lines = tshark(octets).trim().split('\n');
  expect(lines).toHaveLength(recorder.events.length);
  // A reset is worth a warning to tshark, and is what a closed port answers.
  const wrong = [
    '_ws.malformed',
    '(_ws.expert.severity >= 0x600000 && tcp.flags.reset == 0)',
    'tcp.analysis.flags',
  ];
  for (const protocol of ['ip', 'tcp', 'udp']) wrong.push(`${protocol}.checksum.status == 0`);
  expect(tshark(octets, '-Y', wrong.join(' || '))).toBe('');
  for (const protocol of ['arp', 'icmp', 'icmpv6', 'udp', 'tcp', 'ipv6'])
    expect(tshark(octets, '-Y', protocol)).not.toBe('');
});

test('tshark reads what the writer says beside the packets', () => {
  const writer = new CaptureWriter({ comment: 'seed 7', application: 'headend' });
  const ethernet = writer.addInterface({
    name: 'core',
    description: 'Ethernet',
    linkType: LinkType.ethernet,
  });
  writer.addNames([{ address: ip('10.0.0.2'), name: 'dhcp' }]);
  const frame = new Uint8Array(60);
  const at = 1_767_225_600_123_456;
  writer.addPacket({
    interface: ethernet,
    atUs: at,
    octets: frame,
    direction: 'in',
    packetId: 5,
    comment: 'LOST ✗',
  });
  const fields = [
    'frame.comment',
    'frame.interface_name',
    'frame.time_epoch',
    'frame.packet_flags_direction',
  ];
  const shown = tshark(writer.take(), '-T', 'fields', ...fields.flatMap((field) => ['-e', field])).trim();
  expect(shown.split('\t')).toEqual(['LOST ✗', 'core', '1767225600.123456000', expect.stringMatching(/1$/)]);
});
