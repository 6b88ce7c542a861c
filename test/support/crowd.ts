import { portableCrypto } from '../../src/crypto/portable.ts';
import { parseScenario } from '../../src/config/parse.ts';
import { formatMac } from '../../src/core/address.ts';
import type { FrameEvent, HostSpec, Trace } from '../../src/core/driver.ts';
import { toHex } from '../../src/core/bytes.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { ScenarioRun } from '../../src/scenario/run.ts';
import { buildTopology } from '../../src/topology/build.ts';

/** What a modem sent and was sent, in order. */
export type Packets = ReadonlyMap<string, readonly string[]>;

const WATCHED = 100;
const SPREAD_S = 30;
/** More at once would collide for minutes. */
const ON_A_CABLE = 10_000;
/** Of a server that takes a port for each transfer: which it takes depends on how many came before. */
const DYNAMIC_FIRST = 49_152;

/** What one cable adds to each part of the file. */
function cable(number: number, count: number) {
  return {
    net: `  hfc${number}: { kind: segment, delay: 8ms }`,
    subnet: `      - { subnet: 10.${16 * number}.0.0/12, relay: 10.${16 * number}.0.1, range: 10.${16 * number}.1.1-10.${16 * number + 15}.250.254, lease: 24h, tftp: { server: 10.0.0.69, file: gold.cfg }, options: { time-servers: [10.0.0.37] } }`,
    devices: `  cmts${number}: { kind: cmts, cable: hfc${number}, uplink: core, giaddr: 10.${16 * number}.0.1, helper: 10.0.0.67, secret: plant }
  cm${number}: { kind: cable-modem, count: ${count}, on: hfc${number}, mac: "00:10:${16 + number}:{n:06x}" }`,
    power: `  - { at: 0s, do: power-on, who: cm${number}, spread: { over: ${SPREAD_S}s, by: uniform } }`,
  };
}

/**
 * A plant whose network has no chance of its own and loses nothing: a hundred modems behind one CMTS, and, where there are more,
 * the others behind others, with the same servers, in the same half minute.
 */
function plant(modems: number): string {
  const others = modems - WATCHED;
  const more = Math.ceil(others / ON_A_CABLE);
  const cables = [
    cable(1, WATCHED),
    ...Array.from({ length: more }, (_, index) => cable(index + 2, Math.ceil(others / more))),
  ];
  return `headend: 1
name: crowd
duration: 2m
net:
  core: { kind: segment, delay: 1ms }
${cables.map(({ net }) => net).join('\n')}
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets:
${cables.map(({ subnet }) => subnet).join('\n')}
  tftp: { on: core, ip: 10.0.0.69, files: { gold.cfg: { docsis: [ { network-access: true }, { upstream-service-flow: { reference: 1, qos-parameter-set: 7 } }, { downstream-service-flow: { reference: 2, qos-parameter-set: 7 } } ], secret: plant } } }
  tod: { on: core, ip: 10.0.0.37 }
devices:
${cables.map(({ devices }) => devices).join('\n')}
timeline:
${cables.map(({ power }) => power).join('\n')}
expect:
  - always: leases.unique
${cables.map((_, index) => `  - eventually: { all: cm${index + 1}, state: operational, within: 100s }`).join('\n')}
`;
}

/** All packets of the hundred watched modems of a plant of so many, and whether all booted. */
export function watchedPackets(modems: number): {
  readonly packets: Packets;
  readonly verdicts: readonly string[];
} {
  const scenario = parseScenario(plant(modems), 'crowd');
  const contents = {
    octets: () => new Uint8Array(0),
    source: () => ({ size: 0, read: () => -1 }),
    folder: () => [],
  };
  const topology = buildTopology({
    scenario,
    contents,
    crypto: portableCrypto,
    seed: 1,
    epoch: { us: scenario.epochUs },
  });
  const run = new ScenarioRun({ scenario, topology, mode: 'virtual', seed: 1 });
  const watcher = new Watcher();
  const driver = new SimDriver({ topology, seed: 1, trace: [run.trace, watcher], keepRows: false });
  run.start(driver);
  driver.run(toInstant(120 * SECOND));
  const verdicts = run.judge(true, driver.now).map(({ verdict }) => verdict);
  return { packets: watcher.packets, verdicts };
}

class Watcher implements Trace {
  readonly packets = new Map<string, string[]>();

  wants(host: HostSpec): boolean {
    return host.group === 'cm1';
  }

  frame(event: FrameEvent): void {
    const { sender, receiver } = event;
    if (event.fate !== 'delivered') return;
    if (sender.group === 'cm1') this.#keep(sender.name, `sends ${describe(event)}`);
    if (receiver?.group === 'cm1') this.#keep(receiver.name, `is sent ${describe(event)}`);
  }

  #keep(name: string, packet: string): void {
    const packets = this.packets.get(name);
    if (packets === undefined) this.packets.set(name, [packet]);
    else packets.push(packet);
  }
}

/** Without the moment: a disk that settles many at once makes an ACK wait, at most half a millisecond. */
function describe({ body, sender, sourceMac, destinationMac }: FrameEvent): string {
  const macs = `${formatMac(sourceMac)} ${formatMac(destinationMac)}`;
  switch (body.kind) {
    case 'udp': {
      const isOurs = sender.group === 'cm1';
      const from = portOf(body.from.port, isOurs);
      const to = portOf(body.to.port, !isOurs);
      return `${macs} ${body.from.address}:${from} ${body.to.address}:${to} ${body.ttl} ${toHex(body.octets)}`;
    }
    case 'mac-message':
      return `${macs} ${toHex(body.octets)}`;
    case 'arp':
      return `${macs} ${body.operation} ${body.senderIp} ${body.targetIp}`;
    default:
      return `${macs} ${body.kind}`;
  }
}

function portOf(port: number, ofModem: boolean): string {
  return !ofModem && port >= DYNAMIC_FIRST ? 'any' : String(port);
}
