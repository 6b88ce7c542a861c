import type { Fate } from '../core/driver.ts';

/** How a crossing ended, in capitals that a filter finds; empty when it arrived. */
export function fateText(crossing: {
  readonly fate: Fate;
  readonly segment: string;
  readonly fault: string | null | undefined;
  readonly receiver: string | null | undefined;
}): string {
  const { fate, segment, fault, receiver } = crossing;
  switch (fate) {
    case 'delivered':
      return '';
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
