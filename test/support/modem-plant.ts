import { formatMac, toMac } from '../../src/core/address.ts';
import type { Ipv4, Mac } from '../../src/core/address.ts';
import type { HostSpec, Quality } from '../../src/core/driver.ts';
import { memberKey, streamKey } from '../../src/core/random.ts';
import type { Effects, Input, Plain, Service } from '../../src/core/service.ts';
import { latin1Octets, utf8Octets } from '../../src/core/text.ts';
import { NEVER, toInstant } from '../../src/core/time.ts';
import type { Instant } from '../../src/core/time.ts';
import { MessageType, Op, Option } from '../../src/codec/dhcp/codes.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import { DhcpWriter } from '../../src/codec/dhcp/writer.ts';
import { buildConfig } from '../../src/codec/docsis/sign.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { ModemFleet } from '../../src/engine/modem/fleet.ts';
import { modemProfile } from '../../src/engine/modem/profile.ts';
import type { ModemProfileOptions } from '../../src/engine/modem/profile.ts';
import { CmtsService } from '../../src/service/cmts.ts';
import type { CmtsOptions } from '../../src/service/cmts.ts';
import { ModemService } from '../../src/service/modem.ts';
import { TftpService } from '../../src/service/tftp.ts';
import { TodService } from '../../src/service/tod.ts';
import { FileTable, OctetsSource } from '../../src/store/file-table.ts';
import { ip } from './dhcp-builders.ts';

export const SECRET = utf8Octets('plant');
const CMTS_MAC = toMac(0x00005e0053fe);
const GIADDR = ip('10.9.0.1');
const DHCP = ip('10.0.0.67');
const TFTP = ip('10.0.0.69');
const TOD = ip('10.0.0.37');

/** A configuration that every modem can use. */
export const GOLD: Plain = {
  'network-access': true,
  'class-of-service': { 'class-id': 1, 'max-downstream-rate': 100_000_000, 'max-upstream-rate': 10_000_000 },
  'snmp-set': { oid: '1.3.6.1.2.1.69.1.2.1.5.1', integer: 2 },
  'max-cpe': 5,
};

export function signed(plain: Plain, secret: Uint8Array = SECRET): Uint8Array {
  return buildConfig(plain, { secret, crypto: portableCrypto });
}

/** What an answer of the plant's DHCP server says beside the address. */
interface Answer {
  readonly siaddr?: Ipv4 | undefined;
  readonly file?: string | undefined;
  readonly leaseSeconds?: number | undefined;
  /** Left out, options 2, 4 and 7. */
  readonly options?: readonly (readonly [code: number, octets: Uint8Array])[] | undefined;
  readonly silent?: boolean | undefined;
}

/** Answers every DISCOVER and REQUEST of a relay at once; the address is made of the hardware address's last octets. */
class PlainDhcp implements Service {
  readonly #answer: Answer;
  readonly #writer = new DhcpWriter();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  handle(input: Input, _now: Instant, effects: Effects): void {
    if (input.kind !== 'datagram' || this.#answer.silent === true) return;
    const request = decodeMessage(input.octets);
    const { siaddr = TFTP, file = 'gold.cfg', leaseSeconds = 86_400, options = EVERYTHING } = this.#answer;
    const isDiscover = request.messageType === MessageType.discover;
    const writer = this.#writer.start(Op.reply, 548, 40);
    writer.answer(request);
    writer.yiaddr = (ip('10.9.16.0') + ((request.chaddrMac ?? 0) % 4096)) as Ipv4;
    writer.ciaddr = request.ciaddr;
    writer.siaddr = siaddr;
    writer.file = latin1Octets(file)!;
    writer.u8(Option.messageType, isDiscover ? MessageType.offer : MessageType.ack);
    writer.ip(Option.serverIdentifier, DHCP);
    writer.u32(Option.leaseTime, leaseSeconds);
    writer.ip(Option.subnetMask, ip('255.255.192.0'));
    writer.ip(Option.routers, GIADDR);
    for (const [code, octets] of options) writer.option(code, octets);
    const length = writer.finish(request.option(Option.relayAgent));
    const to = request.giaddr === 0 ? { ...input.from, port: 68 } : { address: request.giaddr, port: 67 };
    effects.send(67, to, writer.octets, length);
  }

  deadline(): Instant {
    return NEVER;
  }
}

const EVERYTHING: NonNullable<Answer['options']> = [
  [Option.timeOffset, Uint8Array.of(0, 0, 0, 0)],
  [Option.timeServers, Uint8Array.of(10, 0, 0, 37)],
  [Option.logServers, Uint8Array.of(10, 0, 0, 5)],
];

export interface PlantOptions {
  readonly modems?: number;
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly answer?: Answer;
  readonly cmts?: Partial<CmtsOptions>;
  readonly modem?: Omit<ModemProfileOptions, 'crypto'>;
  readonly cable?: Partial<Quality>;
  /** Hosts that are not there. */
  readonly without?: readonly ('tod' | 'tftp')[];
  readonly seed?: number;
}

/** A plant of one CMTS on the virtual clock, with all that happened written down. */
export class ModemPlant {
  readonly driver: SimDriver;
  /** `time host machine state`, in order; a CMTS's with the modem's hardware address. */
  readonly states: string[] = [];
  /** `host rule-id`, in order, and the details beside. */
  readonly rules: string[] = [];
  readonly details: string[] = [];
  readonly replies: Plain[] = [];
  readonly macMessages: Uint8Array[] = [];
  readonly bootUs: number[] = [];

  constructor(options: PlantOptions = {}) {
    const hosts = plantHosts(options);
    const quality = { delayUs: 1000, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 };
    this.driver = new SimDriver({
      seed: options.seed ?? 7,
      poison: true,
      topology: {
        segments: [
          { name: 'hfc', kind: 'cable', quality: { ...quality, delayUs: 8000, ...options.cable } },
          { name: 'core', kind: 'ethernet', quality },
        ],
        links: [],
        hosts,
      },
      trace: [
        {
          state: (_at, host, machine, state, subject) =>
            this.states.push(
              subject === undefined ? `${host.name} ${state}` : `${machine} ${formatMac(subject)} ${state}`,
            ),
          because: (_at, host, rule, detail) => {
            this.rules.push(`${host.name} ${rule.id}`);
            this.details.push(`${host.name} ${rule.id} ${detail ?? ''}`);
          },
          reply: (_at, _host, _verb, value) => this.replies.push(value),
          measure: (_at, _host, name, value) => name === 'boot.us' && this.bootUs.push(value),
          frame: ({ body }) => body.kind === 'mac-message' && this.macMessages.push(body.octets.slice()),
        },
      ],
    });
  }

  command(seconds: number, host: string, verb: string): void {
    this.driver.command(toInstant(seconds * 1_000_000), host, verb, {});
  }

  run(seconds: number): void {
    this.driver.run(toInstant(seconds * 1_000_000));
  }

  /** The states that one host went through, as it sees itself. */
  statesOf(host: string): readonly string[] {
    return this.states
      .filter((line) => line.startsWith(`${host} `))
      .map((line) => line.slice(host.length + 1));
  }

  /** The states that the CMTS showed of a modem. */
  shownOf(index: number): readonly string[] {
    const start = `cmts ${formatMac(modemMac(index))} `;
    return this.states.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
  }
}

export function modemMac(index: number): Mac {
  return toMac(0x001018000001 + index);
}

function plantHosts(options: PlantOptions): HostSpec[] {
  const { modems = 1, files = { 'gold.cfg': signed(GOLD) }, answer = {}, without = [] } = options;
  const table = new FileTable();
  for (const [name, octets] of Object.entries(files)) table.set(utf8Octets(name), new OctetsSource(octets));
  const profile = modemProfile({ crypto: portableCrypto, ...options.modem });
  const cmts: HostSpec = {
    name: 'cmts',
    kind: 'cmts',
    group: 'cmts',
    interfaces: [
      { segment: 'hfc', mac: CMTS_MAC, addresses: [{ address: GIADDR, prefixLength: 18 }] },
      {
        segment: 'core',
        mac: toMac(0x00005e0053ff),
        addresses: [{ address: ip('10.0.0.1'), prefixLength: 24 }],
      },
    ],
    routes: [],
    forwards: true,
    udpPorts: [67],
    tcpPorts: [],
    create: () =>
      new CmtsService({
        mac: CMTS_MAC,
        giaddr: GIADDR,
        helpers: [DHCP],
        secret: SECRET,
        crypto: portableCrypto,
        ...options.cmts,
      }),
  };
  const hosts = [
    cmts,
    server('dhcp', DHCP, 67, () => new PlainDhcp(answer)),
    server('tftp', TFTP, 69, () => new TftpService({ files: table })),
    server('tod', TOD, 37, () => new TodService({ epoch: { us: 0 } })),
  ].filter(({ name }) => !without.some((absent) => absent === name));
  const key = streamKey(options.seed ?? 7, 'cm');
  const fleet = new ModemFleet({
    count: modems,
    profile,
    cmts: CMTS_MAC,
    mac: modemMac,
    key: (index) => memberKey(key, index),
  });
  for (let index = 0; index < modems; index++) {
    hosts.push({
      name: `cm${index}`,
      kind: 'cable-modem',
      group: 'cm',
      interfaces: [{ segment: 'hfc', mac: modemMac(index), addresses: [] }],
      routes: [],
      forwards: false,
      udpPorts: [68],
      tcpPorts: [],
      create: () => new ModemService(fleet, index),
    });
  }
  return hosts;
}

function server(name: string, address: Ipv4, port: number, create: () => Service): HostSpec {
  return {
    name,
    kind: name,
    group: name,
    interfaces: [
      {
        segment: 'core',
        mac: toMac(0x00005e005300 + port),
        addresses: [{ address, prefixLength: 24, router: ip('10.0.0.1') }],
      },
    ],
    routes: [],
    forwards: false,
    udpPorts: [port],
    tcpPorts: [],
    create,
  };
}
