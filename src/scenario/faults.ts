import type { Fault, NetworkFault } from '../config/fault.ts';
import type { Selector } from '../config/scenario.ts';
import type { Driver, Impairment } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import { NET_RULES } from '../core/rules/net.ts';
import { after, type Instant, NEVER } from '../core/time.ts';
import { PacketScript } from './packet-script.ts';
import type { PlantIndex } from './plant.ts';

/** Hands a fault to a driver, whose moment 0 of the scenario is `start`. */
export function scheduleFault(fault: Fault, plant: PlantIndex, driver: Driver, start: Instant): void {
  const from = after(start, fault.at);
  const until = fault.until === NEVER ? NEVER : after(start, fault.until);
  switch (fault.do) {
    case 'crash': {
      const { id, memory, disk } = fault;
      for (const host of plant.members(fault.who)) driver.crash(from, host.name, { id, memory, disk });
      return;
    }
    case 'disk': {
      const { id, flushUs } = fault;
      for (const host of plant.members(fault.who))
        driver.troubleDisk({ id, host: host.name, flushUs }, from, until);
      return;
    }
    case 'fill-pool': {
      const { id, subnet = null, leave, at } = fault;
      const lasts = fault.until === NEVER ? null : fault.until - at;
      const args = { service: fault.who.text, fault: id, subnet, leave, for_us: lasts };
      for (const host of plant.members(fault.who)) driver.command(from, host.name, 'fill-pool', args);
      return;
    }
    // The hosts themselves know their hour: topology/faults.ts.
    case 'clock':
    case 'slow':
    case 'rogue':
    case 'change':
      return;
    default:
      driver.impair(impairmentOf(fault, plant), from, until);
  }
}

function impairmentOf(fault: NetworkFault, plant: PlantIndex): Impairment {
  const { from, to, ways, packet, turn } = fault;
  const script = packet && new PacketScript({ packet, turn }, plant);
  return {
    id: fault.id,
    where: fault.where,
    lossRatio: fault.lossRatio,
    delayUs: fault.delayUs,
    jitterUs: fault.jitterUs,
    reorderRatio: fault.reorderRatio,
    holdUs: fault.holdUs,
    duplicateRatio: fault.duplicateRatio,
    corruptRatio: fault.corruptRatio,
    bitsPerSecond: fault.bitsPerSecond,
    among:
      from === undefined && to === undefined
        ? undefined
        : { from: names(from, plant), to: names(to, plant), ways },
    flaps: fault.flaps,
    picks: script && ((frame) => script.picks(frame)),
    rule: RULES[fault.do],
  };
}

/** What is said of a frame that is taken. */
const RULES: Readonly<Partial<Record<NetworkFault['do'], Rule>>> = {
  partition: NET_RULES.partitioned,
  flap: NET_RULES.linkDown,
  drop: NET_RULES.pickedDrop,
};

function names(side: readonly Selector[] | undefined, plant: PlantIndex): readonly string[] | undefined {
  return side?.flatMap((selector) => plant.members(selector).map(({ name }) => name));
}
