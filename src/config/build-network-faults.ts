import { didYouMean, type Findings, type Path } from './findings.ts';
import type { FaultCommon, NetworkFault, Turn } from './fault.ts';
import { quote } from './mistakes.ts';
import type { DeviceConfig, Selector, ServiceConfig } from './scenario.ts';
import type { NetworkFaultFile } from './schema-faults.ts';
import { type PacketStep, parsePacket } from './step.ts';

/** A datagram that is held longer than its neighbours take is overtaken by them. */
const REORDER_US = 20_000;

type Of<Kind extends NetworkFaultFile['do']> = Extract<NetworkFaultFile, { do: Kind }>;
type PickedFile = Extract<NetworkFaultFile, { packet: string }>;

const NO_HARM = {
  lossRatio: 0,
  delayUs: 0,
  jitterUs: 0,
  reorderRatio: 0,
  holdUs: 0,
  duplicateRatio: 0,
  corruptRatio: 0,
  bitsPerSecond: 0,
  from: undefined,
  to: undefined,
  ways: 'one',
  flaps: undefined,
  packet: undefined,
  turn: undefined,
} as const;

/** What happens to frames on their way, checked against the file: each can act, as far as the file shows. */
export class NetworkFaultBuilder {
  readonly #findings: Findings;
  /** The segments on which each group or service stands. */
  readonly #stands = new Map<string, readonly string[]>();

  constructor(devices: readonly DeviceConfig[], services: readonly ServiceConfig[], findings: Findings) {
    this.#findings = findings;
    for (const { name, on } of services) this.#stands.set(name, [on]);
    for (const device of devices) this.#stands.set(device.name, segmentsOf(device));
  }

  build(file: NetworkFaultFile, common: FaultCommon, path: Path): NetworkFault | undefined {
    switch (file.do) {
      case 'impair':
        return this.#impair(file, common, path);
      case 'partition':
        return this.#partition(file, common, path);
      case 'flap':
        return this.#flap(file, common, path);
      default:
        return this.#picked(file, common, path);
    }
  }

  #impair(file: Of<'impair'>, common: FaultCommon, path: Path): NetworkFault | undefined {
    const { loss = 0, delay = 0, jitter = 0, reorder = 0, duplicate = 0, corrupt = 0, bandwidth = 0 } = file;
    if (loss + delay + jitter + reorder + duplicate + corrupt + bandwidth === 0) {
      const hint = 'write loss:, delay:, jitter:, reorder:, duplicate:, corrupt: or bandwidth: above 0';
      this.#findings.add(path, 'it makes nothing worse', hint);
    }
    if (file['reorder-by'] !== undefined && reorder === 0)
      this.#findings.addAtKey(
        path,
        'reorder-by',
        'nothing is reordered',
        'write reorder: above 0%, or take this away',
      );
    this.#where(file.where, path);
    const among = this.#among(file, file.where, path);
    const only = file.only === undefined ? undefined : this.#packet(file.only, [...path, 'only']);
    if (file.only !== undefined && only === undefined) return undefined;
    return {
      ...common,
      ...NO_HARM,
      ...among,
      do: 'impair',
      where: file.where,
      lossRatio: loss,
      delayUs: delay,
      jitterUs: jitter,
      reorderRatio: reorder,
      holdUs: reorder > 0 ? (file['reorder-by'] ?? REORDER_US) : 0,
      duplicateRatio: duplicate,
      corruptRatio: corrupt,
      bitsPerSecond: bandwidth,
      packet: only,
    };
  }

  #partition(file: Of<'partition'>, common: FaultCommon, path: Path): NetworkFault {
    const { where } = file;
    const isOneWay = file['one-way'] === true;
    if (where !== undefined) this.#where(where, path);
    else if (file.from === undefined || file.to === undefined)
      this.#findings.add(path, 'it does not say between whom it stands', 'write from: and to:, or where:');
    if (isOneWay && (file.from === undefined || file.to === undefined))
      this.#findings.add([...path, 'one-way'], 'one way from whom to whom?', 'write from: and to:');
    const among = this.#among(file, where, path);
    const ways = isOneWay ? 'one' : 'both';
    return { ...common, ...NO_HARM, ...among, do: 'partition', where, lossRatio: 1, ways };
  }

  #flap(file: Of<'flap'>, common: FaultCommon, path: Path): NetworkFault {
    const { where, every: everyUs, 'down-for': downUs } = file;
    this.#where(where, path);
    if (downUs === 0)
      this.#findings.add([...path, 'down-for'], 'it is never down', 'write how long it is down, such as 2s');
    else if (downUs >= everyUs)
      this.#findings.add(
        [...path, 'down-for'],
        'it is never up: it goes down again before it comes back',
        'write less than every:, or use do: partition',
      );
    return { ...common, ...NO_HARM, do: 'flap', where, lossRatio: 1, flaps: { everyUs, downUs } };
  }

  #picked(file: PickedFile, common: FaultCommon, path: Path): NetworkFault | undefined {
    const packet = this.#packet(file.packet, [...path, 'packet']);
    if (file.where !== undefined) this.#where(file.where, path);
    const turn = this.#turn(file, path);
    if (file.do === 'hold' && file.by === 0)
      this.#findings.add([...path, 'by'], 'it is not held at all', 'write how long, such as 500ms');
    if (packet === undefined) return undefined;
    const fault = { ...common, ...NO_HARM, do: file.do, where: file.where, packet, turn };
    switch (file.do) {
      case 'drop':
        return { ...fault, lossRatio: 1 };
      case 'hold':
        return { ...fault, reorderRatio: 1, holdUs: file.by };
      case 'duplicate':
        return { ...fault, duplicateRatio: 1 };
      case 'corrupt':
        return { ...fault, corruptRatio: 1 };
    }
  }

  #turn(file: PickedFile, path: Path): Turn {
    const kinds = (['nth', 'first', 'every'] as const).filter((kind) => file[kind] !== undefined);
    const [kind, other] = kinds;
    if (other !== undefined)
      this.#findings.addAtKey(
        path,
        other,
        `${other}: does not go with ${kind}:`,
        'write one of nth, first, every',
      );
    return kind === undefined ? { kind: 'all' } : { kind, count: file[kind] ?? 1 };
  }

  #where(where: string, path: Path): void {
    if (this.#findings.places.has(where)) return;
    const hint = didYouMean(where, this.#findings.places.keys(), 'segments and links are');
    this.#findings.add([...path, 'where'], `${quote(where)} is no segment or link of this file`, hint);
  }

  /** Both sides, which must stand where it acts: routers between them would hide one from the other. */
  #among(
    file: { readonly from?: readonly string[] | undefined; readonly to?: readonly string[] | undefined },
    where: string | undefined,
    path: Path,
  ): Pick<NetworkFault, 'from' | 'to'> {
    const from = this.#side(file.from, [...path, 'from']);
    const to = this.#side(file.to, [...path, 'to']);
    if (where !== undefined && (from ?? to) !== undefined && this.#findings.places.get(where) === 'link') {
      const hint = 'take from: and to: away, or use only: and a packet';
      this.#findings.add(path, `nobody stands on the link ${where}`, hint);
      return { from, to };
    }
    for (const side of [from, to])
      for (const { group, text } of side ?? [])
        if (where !== undefined && this.#stands.get(group)?.includes(where) === false)
          this.#findings.add(
            [...path, side === from ? 'from' : 'to'],
            `${text} does not stand on ${where}, so it never acts`,
            `${text} stands on ${this.#stands.get(group)?.join(' and ')}`,
          );
    if (where === undefined && from !== undefined && to !== undefined && !this.#meet(from, to))
      this.#findings.add(
        path,
        `${textOf(from)} and ${textOf(to)} share no segment, so it never acts`,
        'name who is next to each other, such as a CMTS and its server, or use where: and a segment between them',
      );
    return { from, to };
  }

  #side(names: readonly string[] | undefined, path: Path): readonly Selector[] | undefined {
    return names?.flatMap((name, index) => {
      const at = this.#findings.has([...path, index]) ? [...path, index] : path;
      return this.#findings.selector(name, at) ?? [];
    });
  }

  #meet(from: readonly Selector[], to: readonly Selector[]): boolean {
    // A name that is unknown has been reported.
    if (from.length === 0 || to.length === 0) return true;
    return from.some((one) =>
      to.some((other) => {
        const theirs = this.#stands.get(other.group) ?? [];
        return this.#stands.get(one.group)?.some((segment) => theirs.includes(segment)) === true;
      }),
    );
  }

  #packet(text: string, path: Path): PacketStep | undefined {
    const step = parsePacket(text);
    if ('message' in step) {
      this.#findings.addInside(path, step.offset, step.message, step.hint);
      return undefined;
    }
    for (const { name, offset } of [step.from, step.to])
      if (name !== '*') this.#findings.selector(name, path, offset);
    return step;
  }
}

function textOf(side: readonly Selector[]): string {
  return side.map(({ text }) => text).join(', ');
}

function segmentsOf(device: DeviceConfig): readonly string[] {
  switch (device.kind) {
    case 'cmts':
      return [device.cable, device.uplink];
    case 'router':
      return device.interfaces.map(({ on }) => on);
    default:
      return [device.on];
  }
}
