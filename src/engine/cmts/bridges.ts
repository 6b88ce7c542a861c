import type { Ipv4, Mac } from '../../core/address.ts';
import { formatMac, isIpv4 } from '../../core/address.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import type { Effects, TransitInput } from '../../core/service.ts';
import { CABLE } from './messages.ts';
import type { ModemTable } from './modem-table.ts';

/**
 * What the modems of a CMTS let through of the computers behind them. On a real cable a frame's SID says by which modem it came, and the
 * modem's bridge learns, counts and shuts; here the plant says who stands where, and the CMTS does for each modem what its
 * bridge would (DOCSIS MULPI annex C, TLV 3 and 18).
 */
export class Bridges {
  readonly #table: ModemTable;
  /** Computer -> modem. */
  #modems: ReadonlyMap<Mac, Mac>;
  /** Modem -> the computers that it has learned. */
  readonly #learned = new Map<Mac, Set<Mac>>();
  /** Address -> the computer that was given it last, and the other way round. */
  readonly #holders = new Map<Ipv4, Mac>();
  readonly #addresses = new Map<Mac, Ipv4>();

  constructor(table: ModemTable, modems: ReadonlyMap<Mac, Mac>) {
    this.#table = table;
    this.#modems = modems;
  }

  /** Who stands where from now on; of those who stay where they were what was learned is kept. */
  connect(modems: ReadonlyMap<Mac, Mac>): void {
    for (const [mac, modem] of this.#modems) {
      if (modems.get(mac) === modem) continue;
      this.#learned.get(modem)?.delete(mac);
      const address = this.#addresses.get(mac);
      if (address !== undefined) this.#holders.delete(address);
      this.#addresses.delete(mac);
    }
    this.#modems = modems;
  }

  /** The modem by which this comes: itself, or the one that it stands behind; undefined for anything else. */
  modemOf(mac: Mac): Mac | undefined {
    return this.#table.find(mac) >= 0 ? mac : this.#modems.get(mac);
  }

  /** Whether this may be heard and reached: all but a computer whose modem lets nothing of it through. */
  passes(mac: Mac, effects: Effects): boolean {
    const modem = this.#modems.get(mac);
    if (modem === undefined) return true;
    const index = this.#table.find(modem);
    const state = index < 0 ? 'offline' : this.#table.state(index);
    if (state !== 'online') {
      const rule = state === 'online(d)' ? CMTS.cpeDenied : CMTS.cpeCutOff;
      effects.because(
        rule,
        effects.explains ? `${formatMac(mac)} behind ${formatMac(modem)}, ${state}` : undefined,
      );
      return false;
    }
    const limit = this.#table.cpesMax(index);
    if (this.#learns(mac, modem, limit)) return true;
    effects.because(
      CMTS.cpeTooMany,
      effects.explains ? `${formatMac(mac)} behind ${formatMac(modem)}, which has ${limit}` : undefined,
    );
    return false;
  }

  /** The same of what is routed, from a computer or to one. */
  passesOn({ via, to, hardware }: TransitInput, effects: Effects): boolean {
    if (this.#modems.size === 0) return true;
    const mac = via === CABLE ? hardware : isIpv4(to.address) ? this.#holders.get(to.address) : undefined;
    return mac === undefined || this.passes(mac, effects);
  }

  /** Notes the address that something other than a modem was given; of a computer behind one, the last and whose it is. */
  hold(address: Ipv4, mac: Mac): void {
    this.#table.addHost(address);
    if (!this.#modems.has(mac)) return;
    const before = this.#addresses.get(mac);
    if (before !== undefined && this.#holders.get(before) === mac) this.#holders.delete(before);
    this.#addresses.set(mac, address);
    this.#holders.set(address, mac);
  }

  /** The modem begins anew, and with it its count. */
  forget(modem: Mac): void {
    this.#learned.delete(modem);
  }

  /** Whether it is one of the first `limit` behind its modem, or becomes one. */
  #learns(mac: Mac, modem: Mac, limit: number): boolean {
    const learned = this.#learned.get(modem) ?? new Set<Mac>();
    if (learned.has(mac)) return true;
    if (learned.size >= limit) return false;
    this.#learned.set(modem, learned.add(mac));
    return true;
  }
}
