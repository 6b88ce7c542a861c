import { ruleById } from '../../core/rules/catalogue.ts';
import type { FrameRecord, ReasonRecord, StateRecord } from '../../scenario/record.ts';
import { isDrop } from '../drops.ts';
import type { Hop, Row } from '../ladder-rows.ts';
import { isTrouble } from '../lessons.ts';
import { formatDuration } from '../line.ts';
import { sentenceOf } from './sentences.ts';
import type { Parties } from './sentences.ts';

/** One step in plain words, for who reads it aloud. Parts that have nothing to say are empty. */
export interface Narration {
  /** What is sent, by whom and to whom. */
  readonly what: string;
  /** Where it did not end as it was meant to. */
  readonly but: string;
  /** That it is not the first try. */
  readonly again: string;
  /** What changed with it. */
  readonly after: string;
  /** The words of the rule behind it: of its receiver where that found trouble, else of its sender. */
  readonly why: string;
}

/** `decided`: the rules that the receiver named when it had the packet. */
export function narrate(
  { hops, attempt, waitedUs, states, reasons }: Row,
  decided: readonly string[],
): Narration {
  const [first] = hops;
  if (first === undefined) return { what: '', but: '', again: '', after: '', why: '' };
  return {
    what: `${sentenceOf(first.record, partiesOf(hops))}.`,
    but: [...hops.map(endOf), ...reasons.map(dropOf)].filter((text) => text !== '').join(' '),
    again: attempt > 1 ? `It is try ${attempt}, ${formatDuration(waitedUs)} after the one before.` : '',
    after: changesOf(states),
    why: whyOf(first.record, decided),
  };
}

/** A relay's two datagrams are one message: from the first who sent it to the last who gets it. */
function partiesOf(hops: Row['hops']): Parties {
  const first = hops[0];
  const last = hops.at(-1) ?? first;
  const relayed = hops.find(({ record }) => record.packet !== first?.record.packet);
  const to = relayed === undefined ? (first?.record.target ?? last?.to) : (relayed.record.target ?? last?.to);
  return { from: first?.from ?? '', to: to ?? 'everybody', via: relayed?.from };
}

/** How a crossing ended, where that was not at its receiver, whole, and in the time that is usual then. */
function endOf({ record, late }: Hop): string {
  const { fate, segment, fault, receiver, harm } = record;
  const who = receiver ?? 'its receiver';
  switch (fate) {
    case 'lost':
      return `It is lost on ${segment}, and nobody is told.`;
    case 'faulted':
      return `It is lost on ${segment}: the fault ${fault ?? 'there'} takes it.`;
    case 'unheard':
      return `Nobody on ${segment} hears it.`;
    case 'overflow':
      return `The queue of ${who} is full, and it is thrown away.`;
    case 'limited':
      return `The limiter of ${who} lets no more in, and it is thrown away.`;
    case 'delivered':
      return harm === undefined || late?.kind === 'usual'
        ? ''
        : `${HARMS[harm]}: the fault ${fault ?? 'there'} is on.`;
    default:
      return fate satisfies never;
  }
}

/** What a firewall did to it. */
function dropOf({ host, rule }: ReasonRecord): string {
  return isDrop(rule) ? `${host} drops it.` : '';
}

const HARMS: Readonly<Record<NonNullable<FrameRecord['harm']>, string>> = {
  delayed: 'It comes late',
  reordered: 'It is held back, so that others overtake it',
  duplicated: 'It comes twice',
  corrupted: 'It is damaged on its way',
};

const CHANGES_MAX = 2;

/** The last state of each host; those of hosts themselves before what a CMTS shows of them. */
function changesOf(states: readonly StateRecord[]): string {
  const last = new Map(states.map((one) => [`${one.host} ${one.subject ?? ''}`, one]));
  const own = [...last.values()].filter(({ subject }) => subject === null);
  const seen = [...last.values()].filter(({ subject }) => subject !== null);
  return [
    ...own.map(({ host, state }) => `${host} is now ${state}.`),
    ...seen.map(({ host, state }) => `${host} shows ${state}.`),
  ]
    .slice(0, CHANGES_MAX)
    .join(' ');
}

function whyOf({ rule }: FrameRecord, decided: readonly string[]): string {
  const made = decided.flatMap((id) => ruleById(id) ?? []);
  const sent = rule === null ? undefined : ruleById(rule);
  return (made.find(isTrouble) ?? sent ?? made[0])?.says ?? '';
}
