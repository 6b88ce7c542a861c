// What the simulated driver itself costs: services that do next to nothing, as many modems as asked for.
//   node bench/sim-driver.ts [modems] [cmts]           (Node 22.18 or later; before that through a build)
import { performance } from 'node:perf_hooks';
import { BROADCAST, ipv4, toMac } from '../src/core/address.ts';
import type { HostSpec, Quality, SegmentSpec } from '../src/core/driver.ts';
import type { Effects, Input, Service } from '../src/core/service.ts';
import { NEVER, SECOND, after, toInstant } from '../src/core/time.ts';
import type { Instant } from '../src/core/time.ts';
import { SimDriver } from '../src/driver/sim/driver.ts';

const modems = Number(process.argv[2] ?? 100_000);
const cables = Number(process.argv[3] ?? 10);
const each = Math.ceil(modems / cables);
/** A boot is about as many: 6 of ranging, 4 of DHCP, 30 behind the CMTS. */
const RANGING = 3;
const ASKED = 8;
const SPREAD_US = 30 * SECOND;
const SERVER = { address: ipv4(0x0a000001), port: 69 };
const CABLE: Quality = { delayUs: 3000, jitterUs: 2000, lossRatio: 0.0001, bitsPerSecond: 0 };
const CORE: Quality = { delayUs: 1000, jitterUs: 200, lossRatio: 0, bitsPerSecond: 0 };
const EVERYONE = { address: BROADCAST, port: 67, via: 0 };
const scratch = new Uint8Array(512).fill(7);

class Modem implements Service {
  readonly #index: number;
  #step = 0;
  #wakeAt: Instant;

  constructor(index: number) {
    this.#index = index;
    this.#wakeAt = toInstant(Math.floor((index / modems) * SPREAD_US));
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'timer') {
      if (now < this.#wakeAt) return;
    } else {
      this.#step++;
    }
    this.#wakeAt = this.#step >= RANGING + ASKED ? NEVER : after(now, 4 * SECOND);
    this.#send(effects);
  }

  #send(effects: Effects): void {
    const cable = Math.floor(this.#index / each);
    if (this.#step < RANGING) {
      effects.sendMacMessage(0, toMac(0x02_0000_000000 + cable), scratch, 34);
    } else if (this.#step === RANGING) {
      effects.send(68, EVERYONE, scratch, 300);
    } else if (this.#step < RANGING + ASKED) {
      if (this.#step === RANGING + 1) {
        const address = ipv4(((cable + 16) << 20) + 0x100 + (this.#index % each));
        effects.configure(0, { address, prefixLength: 12, router: ipv4(((cable + 16) << 20) + 1) });
      }
      effects.send(68, SERVER, scratch, 40 + this.#step * 16);
    }
  }

  deadline(): Instant {
    return this.#wakeAt;
  }
}

class Cmts implements Service {
  handle(input: Input, _now: Instant, effects: Effects): void {
    if (input.kind === 'transit') effects.forward();
    else if (input.kind === 'mac-message') effects.sendMacMessage(0, input.from, input.octets, 30);
    else if (input.kind === 'datagram')
      effects.send(
        67,
        { address: ipv4(0x0a0b0c0d), port: 68, hardware: input.hardware, via: 0 },
        scratch,
        300,
      );
  }

  deadline(): Instant {
    return NEVER;
  }
}

class Server implements Service {
  handle(input: Input, _now: Instant, effects: Effects): void {
    if (input.kind === 'datagram') effects.send(69, input.from, scratch, 200);
  }

  deadline(): Instant {
    return NEVER;
  }
}

function hosts(): HostSpec[] {
  const nothing = { routes: [], forwards: false, udpPorts: [], tcpPorts: [] };
  const all: HostSpec[] = [];
  const routes = Array.from({ length: cables }, (_, cable) => ({
    to: { address: ipv4((cable + 16) << 20), length: 12 },
    via: 0,
    nextHop: ipv4(0x0a000100 + cable),
  }));
  const core = [{ address: SERVER.address, prefixLength: 16 }];
  const face = { segment: 'core', mac: toMac(0x02_ff00_000000), addresses: core };
  all.push({
    ...nothing,
    name: 'server',
    kind: 'tftp',
    group: 'server',
    interfaces: [face],
    routes,
    udpPorts: [69],
    create: () => new Server(),
  });
  for (let cable = 0; cable < cables; cable++) {
    const interfaces = [
      {
        segment: `hfc${cable}`,
        mac: toMac(0x02_0000_000000 + cable),
        addresses: [{ address: ipv4(((cable + 16) << 20) + 1), prefixLength: 12 }],
      },
      {
        segment: 'core',
        mac: toMac(0x02_0100_000000 + cable),
        addresses: [{ address: ipv4(0x0a000100 + cable), prefixLength: 16 }],
      },
    ];
    const make = (): Service => new Cmts();
    all.push({
      ...nothing,
      name: `cmts${cable}`,
      kind: 'cmts',
      group: 'cmts',
      interfaces,
      forwards: true,
      udpPorts: [67],
      create: make,
    });
  }
  const ports = [68];
  for (let index = 0; index < modems; index++) {
    const segment = `hfc${Math.floor(index / each)}`;
    const interfaces = [{ segment, mac: toMac(0x00_1018_000000 + index), addresses: [] }];
    const make = (): Service => new Modem(index);
    all.push({
      ...nothing,
      name: `cm[${index}]`,
      kind: 'cable-modem',
      group: 'cm',
      interfaces,
      udpPorts: ports,
      create: make,
    });
  }
  return all;
}

const segments: SegmentSpec[] = [{ name: 'core', kind: 'ethernet', quality: CORE }];
for (let cable = 0; cable < cables; cable++)
  segments.push({ name: `hfc${cable}`, kind: 'cable', quality: CABLE });
const topology = { segments, links: [], hosts: hosts() };
const before = process.memoryUsage();
const begin = performance.now();
const driver = new SimDriver({ topology, seed: 7, keepRows: false });
const made = performance.now();
const cpuBegin = process.cpuUsage();
driver.run(toInstant(120 * SECOND));
const done = performance.now();
const cpu = process.cpuUsage(cpuBegin);
const { packets, events } = driver.counts();
const memory = process.memoryUsage();
const grown = memory.heapUsed + memory.arrayBuffers - before.heapUsed - before.arrayBuffers;
// Of this process: other work on the machine does not count.
const seconds = (cpu.user + cpu.system) / 1e6;
console.log(
  `${modems} modems on ${cables} cables: made in ${((made - begin) / 1000).toFixed(2)} s, run in ${((done - made) / 1000).toFixed(2)} s, ${seconds.toFixed(2)} s of CPU`,
);
console.log(
  `${(packets / modems).toFixed(1)} crossings and ${(events / modems).toFixed(1)} events a modem, digest ${driver.digest()}`,
);
console.log(
  `${((seconds * 1e6) / modems).toFixed(1)} us a modem, ${((seconds * 1e9) / events).toFixed(0)} ns an event, ` +
    `${(events / seconds / 1e6).toFixed(2)} M events/s, ${Math.round(grown / modems)} octets a modem, ` +
    `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
);
