import type { CauseResult, RunResult } from '../../scenario/result.ts';
import { PAGE_FORMAT } from './page-data.ts';
import type {
  PageAction,
  PageData,
  PageDeadline,
  PageGroup,
  PageOutcome,
  PagePlace,
  PageSample,
} from './page-data.ts';
import type { PagePlant } from './page-plant.ts';
import type { TraceRecord } from '../../scenario/record.ts';
import type { Chosen } from './page-records.ts';
import { isSmall, memberName } from './page-samples.ts';
import type { PageSurvey } from './page-survey.ts';

export interface PageParts {
  readonly facts: Pick<PageData, 'scenario' | 'about' | 'seed' | 'mode' | 'epoch_us' | 'reproduce'>;
  readonly plant: PagePlant;
  readonly groups: readonly PageGroup[];
  readonly places: readonly PagePlace[];
  readonly survey: PageSurvey;
  /** Undefined: each packet of each host is there. */
  readonly samples: readonly PageSample[] | undefined;
  readonly kept: { readonly records: readonly TraceRecord[]; readonly leftOut: number };
  readonly actions: readonly PageAction[];
  readonly deadlines: readonly PageDeadline[];
  readonly outcome: PageOutcome | null;
  readonly causes: readonly CauseResult[];
}

/** Joins what two passes over a run have found. */
export function makePage(parts: PageParts): PageData {
  const { facts, plant, groups, places, survey, samples, kept, actions, deadlines, outcome, causes } = parts;
  const chosen = samples === undefined ? undefined : chosenHosts(groups, samples);
  const last = Math.max(survey.endsAt, ...actions.map(({ at }) => at));
  return {
    format_version: PAGE_FORMAT,
    ...facts,
    end_us: Math.max(Math.round(last * 1.02), 1),
    outcome,
    causes,
    places,
    groups,
    plant: chosen === undefined ? plant.hosts : plant.hosts.filter(({ name }) => chosen.hosts.has(name)),
    samples: samples ?? everybody(groups),
    whole: samples === undefined && kept.leftOut === 0,
    left_out: kept.leftOut,
    states: survey.states(),
    boot_us: survey.bootUs(),
    series: survey.series(),
    actions,
    deadlines,
    records: kept.records,
  };
}

/** The samples, and with them all of the groups that are small enough. Devices are who is no server and no router. */
export function chosenHosts(
  groups: readonly PageGroup[],
  samples: readonly PageSample[],
): NonNullable<Chosen> {
  const small = groups.filter(isSmall);
  const devices = [
    ...samples.map(({ host }) => host),
    ...small.filter(({ kind }) => DEVICE_KINDS.has(kind)).flatMap(membersOf),
  ];
  return { devices: new Set(devices), hosts: new Set([...devices, ...small.flatMap(membersOf)]) };
}

const DEVICE_KINDS: ReadonlySet<string> = new Set(['cable-modem', 'host', 'stub', 'client']);

function everybody(groups: readonly PageGroup[]): readonly PageSample[] {
  return groups.flatMap(membersOf).map((host) => ({ host, why: 'all' }));
}

function membersOf(group: PageGroup): string[] {
  return Array.from({ length: group.count }, (_, index) => memberName(group, group.first + index));
}

/** The numbers, in a trace of the whole run, of the packets that say why it did not pass. */
export function proofsOf({
  causes = [],
  expectations,
}: Pick<RunResult, 'causes' | 'expectations'>): ReadonlySet<number> {
  const proofs = causes.flatMap(({ evidence }) => evidence);
  const packets = expectations.flatMap(({ failure }) => failure?.packets ?? []);
  return new Set([...proofs, ...packets].map(({ number }) => number));
}

/** The hosts at which expectations failed. */
export function blamedHosts({ expectations }: Pick<RunResult, 'expectations'>): ReadonlySet<string> {
  return new Set(
    expectations.flatMap(({ verdict, where }) => (verdict === 'fail' && where ? [where.host] : [])),
  );
}

export function outcomeOf(result: RunResult): PageOutcome {
  const { verdict, digest, packets, simulated_us, expectations } = result;
  return { verdict, digest, packets, simulated_us, expectations };
}
