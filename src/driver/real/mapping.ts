import type { Endpoint, Ip, Ipv4, Ipv6 } from '../../core/address.ts';
import { formatEndpoint, formatIp, ipv4, isIpv4 } from '../../core/address.ts';
import { EnvironmentError } from '../../core/errors.ts';

const LOOPBACK4 = ipv4(0x7f000001);
const LOOPBACK6 = '::1' as Ipv6;
/** Binding below asks for a right on most systems. */
const PORT_UNPRIVILEGED = 1024;
const PORT_OFFSET = 20_000;
/** Ports of one address where all share one: a host with more is cut into several blocks. */
const BLOCK_PORTS = 16;
const BLOCKS_FROM = 20_000;
/** Below the range from which kernels give ephemeral ports (Linux: 32768). */
const BLOCKS_UNTIL = 32_768;

export interface MappingRow {
  readonly host: string;
  readonly protocol: 'udp' | 'tcp';
  readonly scenario: Endpoint;
  readonly real: Endpoint;
}

/**
 * Which loopback endpoint stands for an endpoint of the scenario: live mode never binds anything else, root or not.
 *
 * IPv4 where any of 127/8 can be bound (Linux): 127 and the address's own last three octets, the next free when two
 * scenario addresses share these; ports under 1024 have 20000 added. IPv4 elsewhere, and IPv6 everywhere (there is one
 * ::1): one address for all, and a block of ports from 20000 on for each of the scenario's addresses. A port that a
 * service asks the driver for, such as a TFTP TID, is what the kernel gives and is not in the table.
 */
export class Mapping {
  readonly #anyLoopback: boolean;
  readonly #shift: number;
  readonly #addresses = new Map<Ip, Ip>();
  readonly #scenarioAddresses = new Map<Ip, Ip>();
  /** Per family: the next block, and per scenario endpoint the port taken. */
  readonly #blockPorts = new Map<string, number>();
  readonly #blockNext = new Map<Ip, number>();
  #nextBlock: number;

  /**
   * `anyLoopback`: whether every address of 127/8 can be bound; `canBindAnyLoopback` finds out. `shift`, 0 to 255, is
   * added to the second octet, so that two runs of one scenario on one machine do not meet.
   */
  constructor(anyLoopback: boolean, shift = 0) {
    this.#anyLoopback = anyLoopback;
    this.#shift = shift & 0xff;
    this.#nextBlock = BLOCKS_FROM + this.#shift * BLOCK_PORTS;
  }

  /** The address to bind for an address of the scenario; the same each time. */
  address(scenario: Ip): Ip {
    const known = this.#addresses.get(scenario);
    if (known !== undefined) return known;
    const real = this.#choose(scenario);
    this.#addresses.set(scenario, real);
    if (!this.isShared(scenario)) this.#scenarioAddresses.set(real, scenario);
    return real;
  }

  /** The endpoint to bind for a port that the scenario names. */
  endpoint(scenario: Endpoint): Endpoint {
    const address = this.address(scenario.address);
    if (this.isShared(scenario.address)) return { address, port: this.#blockPort(scenario) };
    const port = scenario.port < PORT_UNPRIVILEGED ? scenario.port + PORT_OFFSET : scenario.port;
    return { address, port };
  }

  /** Whether one loopback address stands for many of the scenario's, so that only a port tells them apart. */
  isShared(scenario: Ip): boolean {
    return !isIpv4(scenario) || !this.#anyLoopback;
  }

  /** The scenario's address behind a loopback address; undefined for a shared one and for a stranger's. */
  scenarioAddress(real: Ip): Ip | undefined {
    return this.#scenarioAddresses.get(real);
  }

  #choose(scenario: Ip): Ip {
    if (!isIpv4(scenario)) return LOOPBACK6;
    if (!this.#anyLoopback) return LOOPBACK4;
    let low = (scenario + this.#shift * 0x10000) & 0xffffff;
    for (let tried = 0; tried < 0x1000000; tried++, low = (low + 0x10000) & 0xffffff) {
      const real = ipv4(0x7f000000 | low);
      if (!isReserved(real) && !this.#scenarioAddresses.has(real)) return real;
      // All 256 second octets are taken or reserved: go on with the next address.
      if (tried % 256 === 255) low++;
    }
    throw new EnvironmentError(
      `no loopback address is left for ${formatIp(scenario)}`,
      'run the scenario in virtual mode, or with fewer devices',
    );
  }

  #blockPort(scenario: Endpoint): number {
    const name = formatEndpoint(scenario);
    const known = this.#blockPorts.get(name);
    if (known !== undefined) return known;
    let port = this.#blockNext.get(scenario.address);
    if (port === undefined || port % BLOCK_PORTS === 0) {
      port = this.#nextBlock;
      this.#nextBlock += BLOCK_PORTS;
      if (this.#nextBlock > BLOCKS_UNTIL)
        throw new EnvironmentError(
          `no port is left on loopback for ${name}`,
          `live mode has room for ${(BLOCKS_UNTIL - BLOCKS_FROM) / BLOCK_PORTS - this.#shift} addresses here; run the scenario in virtual mode, or with fewer devices`,
        );
    }
    this.#blockNext.set(scenario.address, port + 1);
    this.#blockPorts.set(name, port);
    return port;
  }
}

/** The net's own address, 127.0.0.1 (where the machine's own servers are) and the broadcast. */
function isReserved(real: Ipv4): boolean {
  const low = real & 0xffffff;
  return low === 0 || low === 1 || low === 0xffffff;
}
