// What TFTP costs without sockets: fetches a second of small files, octets a second of one image, and the memory of a
// hundred thousand receivers. Run by hand; figures only count beside others of the same machine and minute.

import { ipv4, type Endpoint } from '../src/core/address.ts';
import { u16At, Writer } from '../src/core/bytes.ts';
import type { Effects, Service, Target } from '../src/core/service.ts';
import { latin1Octets } from '../src/core/text.ts';
import { toInstant } from '../src/core/time.ts';
import { encodeAck, encodePacket, Opcode } from '../src/codec/tftp/packet.ts';
import { MODEM_TFTP_PROFILE } from '../src/engine/tftp/client-profile.ts';
import { TftpReceiver } from '../src/engine/tftp/receiver.ts';
import { TftpService } from '../src/service/tftp.ts';
import { FileTable } from '../src/store/file-table.ts';

const SERVER = ipv4(0x0a000045);
const NAME = latin1Octets('modem.cfg') ?? new Uint8Array(0);
const NOW = toInstant(0);

/** A sink that copies what is sent, as drivers do, and keeps the last of it. */
class CopyingSink implements Effects {
  readonly explains = false;
  readonly sent = new Uint8Array(65_536);
  sentLength = 0;
  sentPort = 0;
  sentCount = 0;
  #nextPort = 1024;

  send(port: number, _to: Target, octets: Uint8Array, length = octets.length): void {
    this.sent.set(length === octets.length ? octets : octets.subarray(0, length));
    this.sentLength = length;
    this.sentPort = port;
    this.sentCount++;
  }
  bind(): number {
    this.#nextPort = this.#nextPort === 65_535 ? 1024 : this.#nextPort + 1;
    return this.#nextPort;
  }
  release(): void {}
  because(): void {}
  measure(): void {}
  state(): void {}
  reply(): void {}
  forward(): void {}
  forwardAs(): void {}
  sendMacMessage(): void {}
  configure(): void {}
  probe(): void {}
  write(): void {}
  unsent(): number {
    return 0;
  }
  close(): void {}
  reset(): void {}
  connect(): number {
    return 0;
  }
  persist(): number {
    return 0;
  }
}

/** One client that acknowledges every window, without the cost of a receiver. */
function fetch(service: Service, sink: CopyingSink, request: Uint8Array, client: Endpoint): number {
  const ack = new Writer(new Uint8Array(4));
  const to = { address: SERVER, port: 69 };
  const input = { kind: 'datagram', octets: request, from: client, to, via: 0, hardware: undefined } as const;
  service.handle(input, NOW, sink);
  const transfer = { ...input, octets: ack.octets, to: { address: SERVER, port: sink.sentPort } };
  let datagrams = 1;
  for (let count = -1; sink.sentCount !== count; datagrams++) {
    count = sink.sentCount;
    encodeAck(ack.reset(), u16At(sink.sent, 0) === Opcode.oack ? 0 : u16At(sink.sent, 2));
    service.handle(transfer, NOW, sink);
  }
  return datagrams;
}

function requestOf(options: Record<string, string>): Uint8Array {
  const writer = new Writer(new Uint8Array(512));
  const list = Object.entries(options).map(([name, value]) => ({
    name: latin1Octets(name) ?? NAME,
    value: latin1Octets(value) ?? NAME,
  }));
  encodePacket(writer, { kind: 'rrq', name: NAME, mode: 'octet', options: list });
  return writer.written();
}

function seconds(work: () => void): number {
  const from = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - from) / 1e9;
}

function serving(octets: number, singlePort: boolean): TftpService {
  const files = new FileTable();
  files.set(NAME, new Uint8Array(octets).fill(0x2a));
  return new TftpService({ files, singlePort });
}

function smallFiles(octets: number, options: Record<string, string>, singlePort: boolean): void {
  const service = serving(octets, singlePort);
  const sink = new CopyingSink();
  const request = requestOf(options);
  const run = (count: number) => {
    for (let index = 0; index < count; index++)
      fetch(service, sink, request, { address: ipv4(0x0a090000 + (index & 0xffff)), port: 3000 });
  };
  run(20_000);
  const count = 100_000;
  const taken = seconds(() => run(count));
  const ports = singlePort ? 'one port' : 'a port each';
  const asked = JSON.stringify(options);
  console.log(
    `${octets} octets ${asked}, ${ports}: ${Math.round(count / taken)} fetches/s, ${((taken / count) * 1e6).toFixed(1)} us each`,
  );
}

function image(options: Record<string, string>): void {
  const octets = 64 * 2 ** 20;
  const service = serving(octets, false);
  const sink = new CopyingSink();
  const request = requestOf(options);
  const client = { address: ipv4(0x0a090001), port: 3000 };
  fetch(service, sink, request, client);
  const taken = seconds(() => fetch(service, sink, request, client));
  console.log(`64 MiB ${JSON.stringify(options)}: ${Math.round(octets / taken / 1e6)} MB/s`);
}

function receivers(): void {
  const count = 100_000;
  const sink = new CopyingSink();
  const server = { address: SERVER, port: 69 };
  const before = process.memoryUsage();
  const all: TftpReceiver[] = [];
  const taken = seconds(() => {
    for (let index = 0; index < count; index++) {
      const receiver = new TftpReceiver(server, NAME, MODEM_TFTP_PROFILE);
      receiver.start(NOW, sink);
      all.push(receiver);
    }
  });
  const used = process.memoryUsage().heapUsed - before.heapUsed;
  console.log(
    `${count} receivers asking: ${Math.round(used / count)} octets and ${((taken / count) * 1e6).toFixed(2)} us each`,
  );
  const block = new Uint8Array(4 + 300);
  block.set([0, 3, 0, 1]);
  const done = seconds(() => {
    for (const receiver of all) receiver.receive(block, { address: SERVER, port: 60_000 }, NOW, sink);
  });
  console.log(`${count} receivers done with one block: ${((done / count) * 1e6).toFixed(2)} us each`);
}

smallFiles(2_048, {}, false);
smallFiles(2_048, {}, true);
smallFiles(12_288, {}, false);
smallFiles(12_288, { blksize: '1428' }, false);
smallFiles(12_288, { blksize: '1428', windowsize: '16' }, false);
image({});
image({ blksize: '1428' });
image({ blksize: '1428', windowsize: '16' });
receivers();
