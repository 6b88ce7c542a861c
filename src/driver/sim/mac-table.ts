import type { Mac } from '../../core/address.ts';
import { MacRuns } from '../../core/mac-runs.ts';
import type { InterfaceRecords } from './records.ts';

/** Which interface has a hardware address on a segment; the first of two with one address is found. */
export class MacTable {
  readonly #bySegment: readonly MacRuns[];
  readonly #interfaces: InterfaceRecords;

  constructor(interfaces: InterfaceRecords, segments: number) {
    this.#interfaces = interfaces;
    this.#bySegment = Array.from({ length: segments }, () => new MacRuns());
  }

  add(iface: number): void {
    const mac = this.#interfaces.mac(iface) as Mac;
    const macs = this.#bySegment[this.#interfaces.segment(iface)]!;
    if (macs.get(mac) < 0) macs.set(mac, iface);
  }

  /** -1: nobody. */
  find(segment: number, mac: Mac): number {
    return this.#bySegment[segment]!.get(mac);
  }
}
