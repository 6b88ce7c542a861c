import type { Fate, Harm } from '../core/driver.ts';

/** How a crossing ended, or what was done to it, in capitals that a filter finds; empty when it arrived as it was sent. */
export function fateText(crossing: {
  readonly fate: Fate;
  readonly segment: string;
  readonly fault: string | null | undefined;
  readonly receiver: string | null | undefined;
  readonly harm?: Harm | undefined;
}): string {
  const { fate, segment, fault, receiver, harm } = crossing;
  switch (fate) {
    case 'delivered':
      return harm === undefined ? '' : `${HARM_WORDS[harm]} on ${segment} (${fault ?? 'a fault'})`;
    case 'lost':
      return `LOST on ${segment}`;
    case 'faulted':
      return `LOST on ${segment} (${fault ?? 'a fault'})`;
    case 'unheard':
      return `UNHEARD on ${segment}: nobody there`;
    case 'overflow':
      return `DROPPED: the queue of ${receiver ?? 'the receiver'} was full`;
    case 'limited':
      return `DROPPED: the limiter of ${receiver ?? 'the receiver'} refused it`;
    default:
      return fate satisfies never;
  }
}

const HARM_WORDS: Readonly<Record<Harm, string>> = {
  delayed: 'LATE',
  reordered: 'HELD BACK',
  duplicated: 'TWICE',
  corrupted: 'DAMAGED',
};
