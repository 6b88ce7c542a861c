import type { RunResult } from '../../scenario/result.ts';
import { PAGE_FORMAT } from './page-data.ts';
import type { PageAction, PageData, PageGroup, PageOutcome, PagePlace, PageSample } from './page-data.ts';
import type { PagePlant } from './page-plant.ts';
import type { TraceRecord } from '../../scenario/record.ts';
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
  readonly outcome: PageOutcome | null;
}

/** Joins what two passes over a run have found. */
export function makePage(parts: PageParts): PageData {
  const { facts, plant, groups, places, survey, samples, kept, actions, outcome } = parts;
  const chosen = samples === undefined ? undefined : chosenHosts(groups, samples);
  const ends = actions.map(({ at, until }) => until ?? at);
  return {
    format_version: PAGE_FORMAT,
    ...facts,
    end_us: Math.max(survey.endsAt, ...ends, 1),
    outcome,
    places,
    groups,
    plant: chosen === undefined ? plant.hosts : plant.hosts.filter(({ name }) => chosen.has(name)),
    samples: samples ?? everybody(groups),
    whole: samples === undefined && kept.leftOut === 0,
    left_out: kept.leftOut,
    states: survey.states(),
    boot_us: survey.bootUs(),
    series: survey.series(),
    actions,
    records: kept.records,
  };
}

/** The samples, and all of the groups that are small enough. */
export function chosenHosts(
  groups: readonly PageGroup[],
  samples: readonly PageSample[],
): ReadonlySet<string> {
  const small = groups.filter(isSmall).flatMap(membersOf);
  return new Set([...samples.map(({ host }) => host), ...small]);
}

function everybody(groups: readonly PageGroup[]): readonly PageSample[] {
  return groups.flatMap(membersOf).map((host) => ({ host, why: 'all' }));
}

function membersOf(group: PageGroup): string[] {
  return Array.from({ length: group.count }, (_, index) => memberName(group, group.first + index));
}

export function outcomeOf(result: RunResult): PageOutcome {
  const { verdict, digest, packets, simulated_us, expectations } = result;
  return { verdict, digest, packets, simulated_us, expectations };
}
