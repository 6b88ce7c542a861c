import type { EventuallyExpectation } from '../config/expectation.ts';
import type { Scenario } from '../config/scenario.ts';
import { decodeMessage, encodeMessage } from '../codec/dns/message.ts';
import { Name, parseName } from '../codec/dns/name.ts';
import { formatRdata } from '../codec/dns/rdata/shape.ts';
import { shapeFor } from '../codec/dns/record.ts';
import { Class, typeNumber } from '../codec/dns/registry.ts';
import { formatIp, type Ip } from '../core/address.ts';
import { fromHex, toHex } from '../core/bytes.ts';
import type { Driver } from '../core/driver.ts';
import { DecodeError } from '../core/errors.ts';
import type { Plain } from '../core/service.ts';
import { after, SECOND, type Instant } from '../core/time.ts';
import type { PlantIndex } from './plant.ts';

/** Questions of one expectation at most; a longer time is asked in longer steps. */
const QUESTIONS_MAX = 600;

/** Policies whose answer depends on dice or on who asked before: a question more would change what others get. */
const DRAWING: ReadonlySet<string> = new Set(['weighted', 'multivalue']);

interface Question {
  readonly server: string;
  readonly octets: string;
  readonly source: string;
}

/**
 * `answers` asks what a name server would say, and its clients may not ask for minutes, since they remember. So the run asks it
 * too, by its command, every second and without a packet: for each name that somebody of the file looks up there.
 */
export function scheduleQuestions(
  { scenario, plant }: { readonly scenario: Scenario; readonly plant: PlantIndex },
  driver: Driver,
  start: Instant,
): void {
  for (const expectation of scenario.expectations) {
    if (expectation.kind !== 'eventually' || expectation.goal.kind !== 'answers') continue;
    const questions = questionsFor(expectation, scenario, plant);
    const withinUs = Math.min(expectation.withinUs, scenario.durationUs - expectation.fromUs);
    const stepUs = Math.max(SECOND, Math.ceil(withinUs / QUESTIONS_MAX));
    for (const { server, octets, source } of questions)
      for (let us = 0; us <= withinUs; us += stepUs)
        driver.command(after(start, expectation.fromUs + us), server, 'dig', { octets, source });
  }
}

function questionsFor({ who }: EventuallyExpectation, scenario: Scenario, plant: PlantIndex): Question[] {
  const service = scenario.services.find(({ name }) => name === who.text);
  const [host] = plant.members(who);
  if (service?.kind !== 'dns' || host === undefined) return [];
  const drawn = service.zones.flatMap(({ routing }) => routing.filter(({ policy }) => DRAWING.has(policy)));
  const zones = service.zones.map(({ apex }) => parseName(apex));
  const questions = new Map<string, Question>();
  for (const { qname, qtype, source } of asked(scenario)) {
    if (!zones.some((zone) => zone instanceof Name && qname.isSubdomainOf(zone))) continue;
    if (drawn.some(({ owner, type }) => type === qtype && owner.equals(qname))) continue;
    const octets = toHex(queryFor(qname, qtype));
    questions.set(octets, { server: host.name, octets, source: formatIp(source) });
  }
  return [...questions.values()];
}

function asked(scenario: Scenario): { qname: Name; qtype: number; source: Ip }[] {
  return scenario.devices.flatMap((device) => {
    const texts =
      device.kind === 'population'
        ? device.asks
        : 'ask' in device && device.ask !== undefined
          ? [device.ask]
          : [];
    const resolver =
      device.kind === 'population'
        ? device.shares[0]?.resolver
        : 'resolvers' in device
          ? device.resolvers[0]
          : undefined;
    return texts.flatMap(({ name, type }) => {
      const qname = parseName(name);
      const qtype = typeNumber(type);
      return qname instanceof Name && qtype !== undefined && resolver !== undefined
        ? [{ qname, qtype, source: resolver }]
        : [];
    });
  });
}

function queryFor(qname: Name, qtype: number): Uint8Array {
  const nothing = { answers: [], authorities: [], additionals: [] };
  const questions = [{ qname, qtype, qclass: Class.IN }];
  return encodeMessage({ id: 0, opcode: 0, flags: 0, rcode: 0, questions, ...nothing });
}

/** The answers' data in the reply to a `dig`; none where there is no reply. */
export function answersIn(value: Plain): readonly string[] {
  const hex = typeof value === 'object' && value !== null && 'reply' in value ? value['reply'] : undefined;
  const octets = typeof hex === 'string' && hex !== '' ? fromHex(hex) : undefined;
  if (octets === undefined) return [];
  try {
    return decodeMessage(octets).answers.map((record) =>
      formatRdata(shapeFor(record.type, record.class), record.rdata),
    );
  } catch (error) {
    if (error instanceof DecodeError) return [];
    throw error;
  }
}
