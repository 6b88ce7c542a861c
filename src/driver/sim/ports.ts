import type { HostSpec } from '../../core/driver.ts';
import { bug } from '../../core/errors.ts';
import { drawAt } from '../../core/random.ts';
import type { HostRecords } from './records.ts';

/** RFC 6335 §6: the dynamic ports. */
const DYNAMIC_FIRST = 49152;
const DYNAMIC_COUNT = 16384;
const BIND_DICE = 0x62696e64;

/** Which UDP ports a host has open: those of its specification and those it bound, the first of them in its record. */
export class Ports {
  readonly #specs: readonly HostSpec[];
  /** The lists of ports in specifications: few, and most hosts share one. */
  readonly #lists: (readonly number[])[] = [];
  readonly #hosts: HostRecords;
  readonly #more = new Map<number, Set<number>>();

  constructor(specs: readonly HostSpec[], hosts: HostRecords) {
    this.#specs = specs;
    this.#hosts = hosts;
    const known = new Map<string, number>();
    let last: readonly number[] | undefined;
    let list = 0;
    for (const [host, { udpPorts }] of specs.entries()) {
      // The hosts of a group mostly share one array.
      if (udpPorts !== last) {
        const key = udpPorts.join();
        list = known.get(key) ?? this.#lists.push(udpPorts) - 1;
        known.set(key, list);
        last = udpPorts;
      }
      hosts.setPortList(host, list);
    }
  }

  isOpen(host: number, port: number): boolean {
    return (
      (port !== 0 && this.#isBound(host, port)) || this.#lists[this.#hosts.portList(host)]!.includes(port)
    );
  }

  /** A port nobody can foretell; beyond the dynamic ones only when all of those are in use. */
  bind(host: number, diceKey: number): number {
    for (let tries = 0; tries < 64; tries++) {
      const port =
        DYNAMIC_FIRST + (drawAt(diceKey ^ BIND_DICE, this.#hosts.countBound(host)) % DYNAMIC_COUNT);
      if (!this.isOpen(host, port)) return this.#open(host, port);
    }
    for (let port = 65535; port >= 1024; port--) if (!this.isOpen(host, port)) return this.#open(host, port);
    return bug(`${this.#specs[host]!.name} has bound every port`);
  }

  release(host: number, port: number): void {
    if (this.#hosts.changePort(host, port, 0)) return;
    const more = this.#more.get(host);
    if (more?.delete(port) === true && more.size === 0) this.#more.delete(host);
  }

  releaseAll(host: number): void {
    this.#hosts.clearPorts(host);
    this.#more.delete(host);
  }

  #isBound(host: number, port: number): boolean {
    if (this.#hosts.hasPort(host, port)) return true;
    return this.#more.size > 0 && this.#more.get(host)?.has(port) === true;
  }

  #open(host: number, port: number): number {
    if (this.#hosts.changePort(host, 0, port)) return port;
    const more = this.#more.get(host);
    if (more === undefined) this.#more.set(host, new Set([port]));
    else more.add(port);
    return port;
  }
}
