import { formatName } from '../codec/dns/name.ts';
import { typeName } from '../codec/dns/registry.ts';
import { parseRdataText } from '../codec/dns/zone-text.ts';
import type { DnsServiceConfig } from '../config/scenario.ts';
import { parsePrefix, formatIp } from '../core/address.ts';
import { equalOctets } from '../core/bytes.ts';
import { bug, ConfigError } from '../core/errors.ts';
import type { Instant } from '../core/time.ts';
import type { Edit, WhatIf } from '../engine/dns/what-if.ts';
import type { Tree } from '../report/tree.ts';
import { askAlong, type Asked, type DigQuestion } from './dig.ts';
import { UsageError } from './failure.ts';
import type { LoadedScenario } from './load-scenario.ts';

/** One set of changes, and how often the wanted answer came when the scenario was run again with them. */
interface TriedSet {
  readonly edits: readonly Edit[];
  readonly given: number;
  readonly asked: number;
}

/** What must change for an answer. */
export interface Want {
  readonly wanted: string;
  /** Undefined: no policy of that type is on the way to the answer. */
  readonly chance: number | undefined;
  readonly always: readonly TriedSet[];
  readonly sometimes: readonly TriedSet[];
  readonly isCut: boolean;
}

export interface WantRequest {
  readonly loaded: LoadedScenario;
  readonly server: DnsServiceConfig;
  readonly question: DigQuestion;
  readonly at: Instant;
  readonly seed: number | undefined;
}

/** Questions that each set of changes is tried with. */
const TRIES = 64;

/** Searches the policies on the way to an answer for what must change, and keeps what holds when the scenario is run again. */
export function whatMustChange(request: WantRequest, wanted: string): Want {
  const { loaded, server, question, at, seed } = request;
  const rdata = readRdata(question.qtype, wanted);
  const [answer] = askAlong(loaded, server, [{ at, question, wanted: rdata }], seed);
  const found = answer?.links.find(({ whatIf }) => whatIf !== undefined)?.whatIf;
  if (found === undefined) return { wanted, chance: undefined, always: [], sometimes: [], isCut: false };
  const tried = (sets: WhatIf['always'], enough: (given: number) => boolean): TriedSet[] =>
    sets
      .map((edits) => ({ edits, given: countGiven(request, edits, rdata), asked: TRIES }))
      .filter(({ given }) => enough(given));
  return {
    wanted,
    chance: found.chance,
    always: tried(found.always, (given) => given === TRIES),
    sometimes: tried(found.sometimes, (given) => given > 0),
    isCut: found.isCut,
  };
}

function readRdata(type: number, text: string): Uint8Array {
  try {
    return parseRdataText(type, text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(`--want "${text.slice(0, 60)}": expected ${error.expected}`);
  }
}

/** Runs the scenario with the changes and counts how many of many questions are given the data. */
function countGiven(request: WantRequest, edits: readonly Edit[], rdata: Uint8Array): number {
  const { loaded, server, at, seed } = request;
  let { question } = request;
  let scenario = loaded.scenario;
  const before: { verb: string; args: Record<string, string> }[] = [];
  for (const edit of edits)
    switch (edit.kind) {
      case 'health':
        before.push({ verb: 'check', args: { name: edit.check, to: edit.to } });
        break;
      case 'weight':
        scenario = withWeight(scenario, server, edit);
        break;
      case 'client':
        question = { ...question, client: movedTo(edit.network, question) };
        break;
    }
  const asked = Array.from({ length: TRIES }, (_, index): Asked => ({
    at,
    question,
    before: index === 0 ? before : [],
  }));
  const answers = askAlong({ ...loaded, scenario }, server, asked, seed);
  return answers.filter(({ message }) =>
    message?.answers.some((each) => each.type === question.qtype && equalOctets(each.rdata, rdata)),
  ).length;
}

function movedTo(network: string, { client }: DigQuestion): DigQuestion['client'] {
  const prefix = parsePrefix(network) ?? bug(`${network} is a network of the file`);
  if (client.subnet === undefined) return { source: formatIp(prefix.address), subnet: undefined };
  return { source: client.source, subnet: prefix };
}

function withWeight(
  scenario: LoadedScenario['scenario'],
  server: DnsServiceConfig,
  { name, type, target, to }: Extract<Edit, { kind: 'weight' }>,
): LoadedScenario['scenario'] {
  const services = scenario.services.map((service) => {
    if (service.kind !== 'dns' || service.name !== server.name) return service;
    const zones = service.zones.map((zone) => ({
      ...zone,
      routing: zone.routing.map((group) => {
        if (formatName(group.owner) !== name || typeName(group.type) !== type) return group;
        const targets = group.targets.map((each) => (each.id === target ? { ...each, weight: to } : each));
        return { ...group, targets };
      }),
    }));
    return { ...service, zones };
  });
  return { ...scenario, services };
}

/** For people. */
export function wantTree({ wanted, chance, always, sometimes, isCut }: Want): Tree {
  const text = `what must change for the answer ${wanted}`;
  if (chance === undefined)
    return {
      text,
      style: 'strong',
      children: [{ text: 'no policy on the way to the answer chooses this type' }],
    };
  const children: Tree[] = [{ text: `its chance now is ${percent(chance)}` }];
  if (chance >= 1) children.push({ text: 'nothing: it is always given', style: 'good' });
  if (always.length > 0)
    children.push({ text: 'then it is always given; one of these:', children: always.map(setTree) });
  if (sometimes.length > 0)
    children.push({ text: 'then it is given sometimes; one of these:', children: sometimes.map(setTree) });
  if (chance < 1 && always.length + sometimes.length === 0)
    children.push({
      text: 'up to three changes of health, weight and client do not bring it',
      style: 'warn',
    });
  if (isCut) children.push({ text: 'there were more sets of changes than are looked at', style: 'dim' });
  return { text, style: 'strong', children };
}

function setTree({ edits, given, asked }: TriedSet): Tree {
  return {
    text: `${edits.map(editWords).join('; and ')} (run again: ${given} of ${asked} questions)`,
    style: given === asked ? 'good' : 'plain',
  };
}

function editWords(edit: Edit): string {
  switch (edit.kind) {
    case 'health':
      return `check ${edit.check} goes ${edit.to}`;
    case 'weight':
      return `the weight of ${edit.target} in ${edit.name} ${edit.type} goes from ${edit.from} to ${edit.to}`;
    case 'client':
      return `the client is in ${edit.network}${edit.location === null ? '' : ` (${edit.location})`}`;
  }
  return edit satisfies never;
}

function percent(chance: number): string {
  return `${Math.round(chance * 1_000) / 10} %`;
}
