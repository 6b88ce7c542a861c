import { parseIp, parseIpv4, parseMac, toMac } from '../../core/address.ts';
import type { Endpoint, Ip, Mac } from '../../core/address.ts';
import { fromHex } from '../../core/bytes.ts';
import type { FrameBody } from '../../core/driver.ts';
import { ruleById } from '../../core/rules/catalogue.ts';
import { toInstant } from '../../core/time.ts';
import type { FrameRecord, TraceRecord } from '../../scenario/record.ts';
import { CauseFinder } from './finder.ts';
import type { Party } from './sighting.ts';

/** What a trace file's header says of a host. */
export interface TracedHost {
  readonly name: string;
  readonly kind: string;
  readonly group: string;
  readonly forwards: boolean;
  readonly interfaces: readonly {
    readonly segment: string;
    readonly mac: string;
    /** Those that the file gives, leases come later; not in traces of an earlier headend. */
    readonly addresses?: readonly string[] | undefined;
  }[];
}

/** A `CauseFinder` that is fed with the lines of a trace file. What a line does not say rightly is left out. */
export class TraceCauses {
  readonly finder: CauseFinder;
  readonly #parties: ReadonlyMap<string, Party>;

  constructor(plant: readonly TracedHost[]) {
    const parties = plant.map(partyOf);
    this.#parties = new Map(parties.map((party) => [party.name, party]));
    this.finder = new CauseFinder(parties);
  }

  add(record: TraceRecord): void {
    this.finder.next(record.number);
    switch (record.kind) {
      case 'frame':
        return this.#frame(record);
      case 'state': {
        const subject = record.subject === null ? undefined : parseMac(record.subject);
        const { at, host, machine, state } = record;
        return this.finder.state(toInstant(at), this.#party(host), machine, state, subject);
      }
      case 'because': {
        const rule = ruleById(record.rule);
        if (rule === undefined) return;
        const { at, host, detail } = record;
        return this.finder.because(toInstant(at), this.#party(host), rule, detail ?? undefined);
      }
      case 'measure':
        return;
      default:
        return record satisfies never;
    }
  }

  #frame(record: FrameRecord): void {
    const body = bodyOf(record);
    if (body === undefined) return;
    this.finder.frame({
      sentAt: toInstant(record.sent_at),
      at: toInstant(record.at),
      segment: record.segment,
      fate: record.fate,
      fault: record.fault ?? undefined,
      packet: record.packet,
      sourceMac: macOf(record.source_mac),
      destinationMac: macOf(record.destination_mac),
      body,
      sender: this.#party(record.sender),
      receiver: record.receiver === null ? undefined : this.#party(record.receiver),
    });
  }

  #party(name: string): Party {
    return this.#parties.get(name) ?? { name, kind: '', group: name, forwards: false, interfaces: [] };
  }
}

function partyOf({ name, kind, group, forwards, interfaces }: TracedHost): Party {
  return {
    name,
    kind,
    group,
    forwards,
    interfaces: interfaces.map(({ segment, mac, addresses = [] }) => ({
      segment,
      mac: macOf(mac),
      addresses: addresses.flatMap((text) => {
        const address = parseIp(text);
        return address === undefined ? [] : [{ address }];
      }),
    })),
  };
}

function macOf(text: string): Mac {
  return parseMac(text) ?? toMac(0);
}

function bodyOf(record: FrameRecord): FrameBody | undefined {
  if (record.body === 'arp') return arpOf(record);
  const octets = fromHex(record.octets);
  if (octets === undefined) return undefined;
  if (record.body === 'mac-message') return { kind: 'mac-message', octets };
  if (record.body === 'icmp') {
    const from = parseIp(record.from ?? '');
    const to = parseIp(record.to ?? '');
    return from === undefined || to === undefined ? undefined : { kind: 'icmp', from, to, ttl: 0, octets };
  }
  const from = endpointOf(record.from);
  const to = endpointOf(record.to);
  if (from === undefined || to === undefined) return undefined;
  return record.body === 'udp'
    ? { kind: 'udp', from, to, ttl: 0, octets }
    : { kind: 'tcp', from, to, ttl: 0, segment: octets };
}

/** `request 10.0.0.1 10.0.0.2`: who asks, and whom for. */
function arpOf({ octets, source_mac, destination_mac }: FrameRecord): FrameBody | undefined {
  const [operation, sender = '', target = ''] = octets.split(' ');
  const senderIp = parseIpv4(sender);
  const targetIp = parseIpv4(target);
  if ((operation !== 'request' && operation !== 'reply') || senderIp === undefined || targetIp === undefined)
    return undefined;
  return {
    kind: 'arp',
    operation,
    senderMac: macOf(source_mac),
    senderIp,
    targetMac: macOf(destination_mac),
    targetIp,
  };
}

/** `10.0.0.1:67` or `[fd00::1]:69` */
function endpointOf(text: string | null): Endpoint | undefined {
  const [, six, four, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text ?? '') ?? [];
  const address: Ip | undefined = parseIp(six ?? four ?? '');
  return address === undefined ? undefined : { address, port: Number(port) };
}
