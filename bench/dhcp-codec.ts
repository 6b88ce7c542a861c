// What DHCP costs without sockets: a decode, a relay's splice, a whole DORA. Run by hand; figures only count beside others of
// the same machine and minute.

import { formatIpv4, parsePrefix, toMac } from '../src/core/address.ts';
import type { Ipv4 } from '../src/core/address.ts';
import type { Effects, Target } from '../src/core/service.ts';
import { toInstant } from '../src/core/time.ts';
import { DhcpDecoder } from '../src/codec/dhcp/message.ts';
import { Random } from '../src/core/random.ts';
import { DhcpClient } from '../src/engine/dhcp/client.ts';
import { HOST_PROFILE } from '../src/engine/dhcp/client-profile.ts';
import { DHCP_SERVER_DEFAULTS } from '../src/engine/dhcp/options.ts';
import { RelayAgent } from '../src/engine/dhcp/relay.ts';
import { DhcpServer } from '../src/engine/dhcp/server.ts';
import { clientMessage, ip, option, textOption } from '../test/support/dhcp-builders.ts';

/** A sink that keeps the last datagram in place, as the simulation's does. */
class LastDatagram implements Effects {
  readonly explains = false;
  readonly octets = new Uint8Array(2048);
  length = 0;
  ticket = 0;
  send(_port: number, _to: Target, octets: Uint8Array, length: number = octets.length): void {
    this.octets.set(length === octets.length ? octets : octets.subarray(0, length));
    this.length = length;
  }
  persist(): number {
    return ++this.ticket;
  }
  sendMacMessage(): void {}
  forward(): void {}
  forwardAs(): void {}
  bind(): number {
    return 0;
  }
  release(): void {}
  connect(): number {
    return 0;
  }
  write(): void {}
  unsent(): number {
    return 0;
  }
  close(): void {}
  reset(): void {}
  configure(): void {}
  probe(): void {}
  because(): void {}
  state(): void {}
  measure(): void {}
  reply(): void {}
}

function time(name: string, rounds: number, work: (index: number) => void): void {
  for (let index = 0; index < rounds / 5; index++) work(index);
  const start = performance.now();
  for (let index = 0; index < rounds; index++) work(index);
  const nanoseconds = ((performance.now() - start) * 1e6) / rounds;
  console.log(`${name.padEnd(52)} ${nanoseconds.toFixed(0).padStart(7)} ns`);
}

const request = clientMessage('request', {
  options: [
    option(61, 255, 42, 184, 21, 20, 0, 3, 0, 1, 32, 229, 42, 184, 21, 20),
    textOption(60, 'docsis3.1:'),
    option(55, 1, 2, 3, 4, 7, 6, 66, 67, 125),
    option(57, 5, 220),
    option(50, 10, 9, 16, 1),
    option(54, 10, 0, 0, 67),
    textOption(12, 'modem'),
    { code: 43, octets: new Uint8Array(60) },
    { code: 125, octets: new Uint8Array(100) },
  ],
});

const decoder = new DhcpDecoder();
let sum = 0;
time('decode a REQUEST of 12 options, read 5 fields', 2_000_000, () => {
  const message = decoder.decode(request);
  sum += message.xid + message.messageType + message.giaddr + (message.ip(50) ?? 0) + (message.ip(54) ?? 0);
});

const sink = new LastDatagram();
const giaddr = ip('10.9.0.1');
const relay = new RelayAgent({
  giaddr,
  helpers: [ip('10.0.0.67')],
  via: 0,
  relayAgent: { circuitId: Uint8Array.of(32, 0, 0, 2) },
});
const modem = toMac(0x001018000001);
time('relay: giaddr and option 82 into a REQUEST, sent', 1_000_000, () => {
  relay.fromClient(request, modem, sink);
});

const server = new DhcpServer({
  ...DHCP_SERVER_DEFAULTS,
  addresses: [ip('10.0.0.67')],
  epoch: { us: 0 },
  subnets: [
    {
      subnet: parsePrefix('10.0.0.0/8')!,
      relays: [giaddr],
      ranges: [{ first: ip('10.16.0.1'), last: ip('10.31.255.254') }],
      lease: { defaultSeconds: 86_400, minSeconds: 60, maxSeconds: 86_400 },
      vendorClass: undefined,
      member: undefined,
      routers: [giaddr],
      provisions: [{ provision: { server: ip('10.0.0.69'), file: 'gold.cfg', siaddr: ip('10.0.0.69') } }],
      options: [],
      reservations: [],
    },
  ],
});
const arrival = { fromPort: 67, to: ip('10.0.0.67'), via: 0 };
const PROFILE = { ...HOST_PROFILE, probes: 0, startWaitUsMin: 0, startWaitUsMax: 0 };
let last: Ipv4 | undefined;
let bound = 0;
time('DORA: client, relay, server, relay, client', 100_000, (index) => {
  const mac = toMac(0x020000000000 + index);
  const now = toInstant(1_000_000 + index);
  const client = new DhcpClient({ mac, profile: PROFILE, random: new Random(index), via: 0 });
  client.start(now, sink);
  for (let leg = 0; leg < 2; leg++) {
    relay.fromClient(sink.octets.subarray(0, sink.length), mac, sink);
    server.receive(sink.octets.subarray(0, sink.length), arrival, now, sink);
    if (leg === 1) server.settled({ kind: 'settled', ticket: sink.ticket, outcome: 'durable' }, now, sink);
    relay.fromServer(sink.octets.subarray(0, sink.length), sink);
    client.receive(sink.octets.subarray(0, sink.length), now, sink);
  }
  last = client.lease?.address;
  if (client.state === 'bound') bound++;
});
console.log(
  `${bound} bound, the last at ${last === undefined ? 'nothing' : formatIpv4(last)}; checksum ${sum}`,
);
