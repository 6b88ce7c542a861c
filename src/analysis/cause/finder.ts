import { parseIpv4, parseMac } from '../../core/address.ts';
import type { Mac } from '../../core/address.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Rule } from '../../core/rules.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import type { Instant } from '../../core/time.ts';
import { escapeText } from '../../core/text.ts';
import { CLIENT_PORT, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { TOD_PORT } from '../../codec/tod.ts';
import type { Boot } from './boot.ts';
import { DETECTORS } from '../causes/detectors.ts';
import { rankCauses } from './cause.ts';
import type { Cause } from './cause.ts';
import { Observed } from './observed.ts';
import { DhcpReader } from './read-dhcp.ts';
import { readArp, readIcmp, readMacMessage, readTime } from './read-link.ts';
import { TftpReader } from './read-tftp.ts';
import { sidesOf } from './sides.ts';
import type { Sides } from './sides.ts';
import { SHUT_OUT, STAGE_TEXTS, stageOf } from './stage.ts';
import { markOf } from './track.ts';
import type { Datagram, Party, Sighting } from './sighting.ts';

/** Who was seen to want service, and how far those came who have none. */
export interface ClientsSeen {
  readonly seen: number;
  readonly served: number;
  readonly waiting: readonly { readonly name: string; readonly stage: string }[];
}

/**
 * Watches a run, or what a trace file or capture tells of one, and names what is wrong with it. It is a `Trace`: hand it to a
 * driver with the others. Its memory is bounded by the number of clients, never by the length of the run.
 */
export class CauseFinder {
  readonly #seen: Observed;
  readonly #dhcp: DhcpReader;
  readonly #tftp: TftpReader;
  /** As a trace file numbers its events, from 1. */
  #number = 0;
  #zero = 0;

  /** `inventory`: the plant's hosts; empty where nobody knows them. */
  constructor(inventory: readonly Party[]) {
    this.#seen = new Observed(inventory);
    this.#dhcp = new DhcpReader(this.#seen);
    this.#tftp = new TftpReader(this.#seen);
  }

  /** Says which of the driver's moments evidence counts from; before it is said, 0. */
  begin(zero: Instant): void {
    this.#zero = zero;
  }

  /** The next event has this number: for traces of which a part is left out. */
  next(number: number): void {
    this.#number = number - 1;
  }

  frame(sighting: Sighting): void {
    const number = ++this.#number;
    if (sighting.fate === 'faulted') this.#seen.takes(sighting.fault ?? 'unnamed', markOf(sighting, number));
    try {
      this.#read(sighting, number);
    } catch (error) {
      // Damaged octets prove nothing here; whoever got them says so in its log.
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  state(_at: Instant, host: Party, machine: string, state: string, subject: Mac | undefined): void {
    this.#number++;
    if (machine === 'cmts' && subject !== undefined) {
      const boot = this.#seen.boot(subject);
      if (boot !== undefined) boot.cmtsState = state;
      return;
    }
    const boot = this.#seen.bootOf(host);
    if (boot === undefined) return;
    boot.state = state;
    if (machine === 'modem') boot.isModem = true;
    if (state === 'operational') boot.serve();
    if (state === 'off') boot.powerOff();
  }

  because(at: Instant, host: Party, rule: Rule, detail: string | undefined): void {
    const number = ++this.#number;
    if (rule.fix === '') return;
    const mark = {
      number,
      at,
      host: host.name,
      detail: detail === undefined ? undefined : escapeText(detail).slice(0, 200),
    };
    const boot = this.#seen.bootOf(host);
    if (boot === undefined) this.#seen.logged(rule, mark);
    else boot.logs(rule, mark);
    // Whose packets it drops is said by address: what was given to a client is the client's trouble.
    if (detail === undefined) return;
    if (rule === CMTS.notForwarded) this.#tenant(detail)?.logs(rule, mark);
    else if (SHUT_OUT.includes(rule)) this.#computer(detail)?.logs(rule, mark);
  }

  /** Which computer is not let through: a hardware address, and behind which modem it stands. */
  #computer(text: string): Boot | undefined {
    const mac = parseMac(text.slice(0, text.indexOf(' ')));
    return mac === undefined ? undefined : this.#seen.boot(mac);
  }

  /** Who got an address from a server and has it still. */
  #tenant(text: string): Boot | undefined {
    const address = parseIpv4(text);
    const boot = address === undefined ? undefined : this.#seen.holder(address);
    return boot !== undefined && boot.lender !== undefined && boot.told?.yiaddr === address
      ? boot
      : undefined;
  }

  /** What is wrong, the surest and widest first; empty when nothing is. */
  causes(): readonly Cause[] {
    const found = DETECTORS.flatMap((detector) => detector.find(this.#seen) ?? []);
    return rankCauses(found, this.#zero);
  }

  sides(): Sides {
    return sidesOf(this.#seen);
  }

  clients(): ClientsSeen {
    let seen = 0;
    let served = 0;
    const waiting: { name: string; stage: string }[] = [];
    for (const boot of this.#seen.boots()) {
      seen++;
      if (boot.served) served++;
      const stage = stageOf(boot);
      if (stage !== undefined) waiting.push({ name: boot.name, stage: STAGE_TEXTS[stage] });
    }
    return { seen, served, waiting };
  }

  #read(sighting: Sighting, number: number): void {
    const { body } = sighting;
    switch (body.kind) {
      case 'udp':
        return this.#datagram(sighting, body, number);
      case 'arp':
        return readArp(this.#seen, sighting, body, number);
      case 'icmp':
        return readIcmp(this.#seen, sighting, body, number);
      case 'mac-message':
        return readMacMessage(this.#seen, sighting, body.octets, number);
      default:
    }
  }

  #datagram(sighting: Sighting, body: Datagram, number: number): void {
    const { from, to } = body;
    if (!sighting.sender.forwards && from.address !== 0) this.#seen.learn(from.address, sighting.sender);
    if (to.port === SERVER_PORT || to.port === CLIENT_PORT) this.#dhcp.read(sighting, body, number);
    else if (to.port === TOD_PORT || from.port === TOD_PORT) readTime(this.#seen, sighting, body, number);
    else this.#tftp.read(sighting, body, number);
  }
}
