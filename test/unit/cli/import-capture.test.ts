import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseMac } from '../../../src/core/address.ts';
import { encodeFrame } from '../../../src/codec/frame/packet.ts';
import { CaptureWriter, LinkType } from '../../../src/codec/pcap.ts';
import { clientMessage, ip, SERVER, serverMessage } from '../../support/dhcp-builders.ts';
import { CommandLine } from '../../support/command-line.ts';

const RELAY = { address: ip('10.9.0.1'), port: 67 };
const DHCP = { address: SERVER, port: 67 };
const headend = new CommandLine();

/** A DISCOVER through a relay, and the ACK that ends the exchange. */
beforeAll(() => {
  const writer = new CaptureWriter({ comment: '' });
  writer.addInterface({ name: 'core', linkType: LinkType.ethernet });
  const discover = clientMessage('discover', { giaddr: RELAY.address });
  const ack = serverMessage('ack', discover, { yiaddr: ip('10.9.16.1'), leaseSeconds: 3_600 });
  for (const [index, octets] of [discover, ack].entries()) {
    const [from, to] = index === 0 ? [RELAY, DHCP] : [DHCP, RELAY];
    const frame = {
      sourceMac: parseMac('02:00:00:00:00:01')!,
      destinationMac: parseMac('02:00:00:00:00:02')!,
      packet: index,
      body: { kind: 'udp', from, to, ttl: 64, octets },
    } as const;
    writer.addPacket({ interface: 0, atUs: index, packetId: index, octets: encodeFrame(frame) });
  }
  headend.file('boot.pcapng', writer.take());
});
afterAll(() => headend.remove());

test('a capture is brought in by its name, and what was made runs', async () => {
  const brought = await headend.run('import', 'boot.pcapng', '-o', 'boot.yaml');
  expect(brought.err).toContain('1 client, 1 lease, 0 files, 0 time servers, 0 zones in 2 datagrams');
  expect(brought.code).toBe(0);
  expect(readFileSync(join(headend.folder, 'boot.yaml'), 'utf8')).toContain('ip: 10.9.16.1');
  const run = await headend.run('run', 'boot.yaml');
  expect(run.out).toContain('0 failed');
  expect(run.code).toBe(0);
});

test.each([
  {
    name: 'a scenario that is there is not written over',
    args: ['import', 'capture', 'boot.pcapng', '-o', 'boot.yaml'],
    says: 'there is such a file already',
  },
  {
    name: 'it needs a place for its files',
    args: ['import', 'boot.pcapng'],
    says: 'files come with it: say where by -o',
  },
  {
    name: 'a file that is no capture',
    args: ['import', 'capture', 'boot.yaml', '-o', 'other.yaml'],
    says: 'it is no capture that is read here',
  },
])('$name: exit code 2', async ({ args, says }) => {
  const { code, err } = await headend.run(...args);
  expect(err).toContain(says);
  expect(code).toBe(2);
});
