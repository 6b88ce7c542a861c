import { ANY, BROADCAST, parseIp, parseIpv4, toMac, type Ip, type Ipv4 } from '../../../src/core/address.ts';
import { Writer } from '../../../src/core/bytes.ts';
import type { FrameBody, FrameEvent, HostSpec, Topology, Trace } from '../../../src/core/driver.ts';
import { NEVER, toInstant } from '../../../src/core/time.ts';
import { encodeMessage as encodeDhcp, type DhcpFields } from '../../../src/codec/dhcp/fields.ts';
import { MessageType, Option } from '../../../src/codec/dhcp/codes.ts';
import { encodePacket, type TftpPacket } from '../../../src/codec/tftp/packet.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import type { Scenario } from '../../../src/config/scenario.ts';
import { ScenarioRun } from '../../../src/scenario/run.ts';
import type { ExpectationResult } from '../../../src/scenario/result.ts';

const RELAY = '10.9.0.1';

function address(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
}

export function ipv4Of(text: string): Ipv4 {
  return parseIpv4(text) ?? ANY;
}

const silent = { handle: () => undefined, deadline: () => NEVER };

function host(
  name: string,
  kind: string,
  group: string,
  interfaces: readonly (readonly [segment: string, mac: number, ip?: string])[],
  udpPorts: readonly number[] = [],
): HostSpec {
  return {
    name,
    kind,
    group,
    interfaces: interfaces.map(([segment, mac, ip]) => ({
      segment,
      mac: toMac(mac),
      addresses: ip === undefined ? [] : [{ address: address(ip), prefixLength: 24 }],
    })),
    routes: [],
    forwards: kind === 'cmts',
    udpPorts,
    tcpPorts: [],
    create: () => silent,
  };
}

const MODEM_MAC = 0x00_10_18_00_00_00;

/** The hosts of a plant by hand: three modems, a CMTS, servers, one stub. */
export const HOSTS = {
  dhcp: host('dhcp', 'dhcp', 'dhcp', [['core', 0x02_00_00_00_00_67, '10.0.0.67']], [67]),
  tftp: host('tftp', 'tftp', 'tftp', [['core', 0x02_00_00_00_00_69, '10.0.0.69']], [69]),
  dns: host('dns', 'dns', 'dns', [['core', 0x02_00_00_00_00_53, '10.0.0.53']], [53]),
  cmts: host('cmts', 'cmts', 'cmts', [
    ['hfc', 0x02_00_00_00_00_01, RELAY],
    ['core', 0x02_00_00_00_00_02, '10.0.0.1'],
  ]),
  cm0: host('cm[0]', 'cable-modem', 'cm', [['hfc', MODEM_MAC]], [68]),
  cm1: host('cm[1]', 'cable-modem', 'cm', [['hfc', MODEM_MAC + 1]], [68]),
  cm2: host('cm[2]', 'cable-modem', 'cm', [['hfc', MODEM_MAC + 2]], [68]),
  home: host('home', 'stub', 'home', [['core', 0x02_00_00_00_00_99, '10.0.0.99']]),
} as const;

export const TOPOLOGY: Topology = { segments: [], links: [], hosts: Object.values(HOSTS) };

/** A scenario for these hosts whose expectations are `expect`, a YAML list. */
export function scenarioWith(expect: string, timeline = '[]'): Scenario {
  return parseScenario(
    `headend: 1
name: by-hand
duration: 10m
net: { hfc: { kind: segment }, core: { kind: segment } }
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    capacity: { rate: 200/s, queue: 400 }
    subnets: [{ subnet: 10.9.0.0/18, relay: ${RELAY}, range: 10.9.16.1-10.9.16.99 }]
  tftp: { on: core, ip: 10.0.0.69 }
  dns: { on: core, ip: 10.0.0.53, zones: { lab.example: { records: { www: { type: A, data: 10.0.0.80 } } } } }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: ${RELAY}, helper: 10.0.0.67 }
  cm: { kind: cable-modem, count: 3, on: hfc, mac: "00:10:18:00:00:{n:02x}" }
  home: { kind: stub, on: core, ip: 10.0.0.99, resolver: dns, ask: www.lab.example A }
timeline: ${timeline}
expect:
${expect}
`,
    'by-hand.yaml',
  );
}

/** A run whose events a test tells by hand, with moments in seconds. */
export class ToldRun {
  readonly run: ScenarioRun;
  readonly #trace: Trace;

  constructor(expect: string, mode: 'virtual' | 'live' = 'virtual', timeline = '[]') {
    this.run = new ScenarioRun({ scenario: scenarioWith(expect, timeline), topology: TOPOLOGY, mode });
    this.#trace = this.run.trace;
  }

  get wantsFrames(): boolean {
    return this.#trace.frame !== undefined;
  }

  state(seconds: number, who: HostSpec, state: string): this {
    this.#trace.state?.(at(seconds), who, 'modem', state, undefined);
    return this;
  }

  cmtsState(seconds: number, modem: HostSpec, state: string): this {
    this.#trace.state?.(at(seconds), HOSTS.cmts, 'cmts', state, modem.interfaces[0]!.mac);
    return this;
  }

  measure(seconds: number, who: HostSpec, name: string, value: number): this {
    this.#trace.measure?.(at(seconds), who, name, value);
    return this;
  }

  /** `ends` in seconds of the run. */
  lease(seconds: number, ip: string, client: string, ends: number): this {
    this.run.start(noDriver);
    const row = { table: 'lease', key: ip, value: { state: 'bound', client, expires: ends } };
    this.#trace.settled?.(at(seconds), HOSTS.dhcp, [row], 'durable');
    return this;
  }

  frame(event: FrameEvent): this {
    this.#trace.frame?.(event);
    return this;
  }

  /** The only expectation, at the end of the run or when it was cut short. */
  verdict(cutShortAt?: number): ExpectationResult {
    const [result] = this.run.judge(cutShortAt === undefined, at(cutShortAt ?? 600));
    if (result === undefined) throw new Error('no expectation');
    return result;
  }
}

const noDriver = {
  now: toInstant(0),
  command: () => undefined,
  impair: () => undefined,
  crash: () => undefined,
  restart: () => undefined,
  troubleDisk: () => undefined,
  faults: () => [],
};

export function at(seconds: number) {
  return toInstant(Math.round(seconds * 1_000_000));
}

interface Crossing {
  readonly seconds: number;
  readonly sender: HostSpec;
  /** Left out: everybody on the segment. */
  readonly receiver?: HostSpec | undefined;
  readonly segment?: string | undefined;
  readonly fate?: FrameEvent['fate'] | undefined;
}

export function frameOf(crossing: Crossing, body: FrameBody): FrameEvent {
  const { seconds, sender, receiver, segment = 'hfc', fate = 'delivered' } = crossing;
  return {
    sentAt: at(seconds),
    at: at(seconds),
    segment,
    sender,
    receiver,
    fate,
    fault: undefined,
    sourceMac: sender.interfaces[0]!.mac,
    destinationMac: toMac(0xffff_ffff_ffff),
    packet: 1,
    body,
    rule: undefined,
    detail: undefined,
  };
}

function endpoint(text: string) {
  const [ip = '', port = ''] = text.split(':');
  return { address: ip === '*' ? BROADCAST : address(ip), port: Number(port) };
}

/** `*` is everybody on the segment. */
export function udp(from: string, to: string, octets: Uint8Array): FrameBody {
  return { kind: 'udp', from: endpoint(from), to: endpoint(to), ttl: 64, octets };
}

/** A DHCP message of a modem: `fields` over a plain one. */
export function dhcp(
  type: keyof typeof MessageType,
  modem: HostSpec,
  fields: Partial<DhcpFields> = {},
  options: readonly { code: number; octets: Uint8Array }[] = [],
): Uint8Array {
  const chaddr = new Uint8Array(6);
  let mac: number = modem.interfaces[0]!.mac;
  for (let index = 5; index >= 0; index--) {
    chaddr[index] = mac % 256;
    mac = Math.floor(mac / 256);
  }
  const isReply = ['offer', 'ack', 'nak'].includes(type);
  return encodeDhcp({
    op: isReply ? 2 : 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0x429eb20c,
    secs: 0,
    flags: 0,
    ciaddr: ANY,
    yiaddr: ANY,
    siaddr: ANY,
    giaddr: ANY,
    chaddr,
    sname: new Uint8Array(0),
    file: new Uint8Array(0),
    options: [{ code: Option.messageType, octets: Uint8Array.of(MessageType[type]) }, ...options],
    ...fields,
  });
}

export function tftp(packet: TftpPacket): Uint8Array {
  const writer = new Writer(new Uint8Array(2048));
  encodePacket(writer, packet);
  return writer.written().slice();
}
