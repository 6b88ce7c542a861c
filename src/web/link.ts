/** What of the view stands in the address, so that a link opens the same moment. */
export interface Place {
  /** Whose ladder: a host, or one of the views of all. */
  readonly view: string;
  /** The chosen record's number; undefined: none. */
  readonly number: number | undefined;
  /** Microseconds of the run. */
  readonly at: number;
  readonly tab: 'packet' | 'why';
  readonly query: string;
  /** Whether the plant is drawn in the middle, in the ladder's place. */
  readonly plant: 'small' | 'large';
}

/** `#view=cm[1]&t=4.373&n=12&tab=why&q=offer`; what is as it is at first is left out. */
export function formatPlace(place: Place): string {
  const parts = new URLSearchParams();
  parts.set('view', place.view);
  parts.set('t', String(place.at / 1_000_000));
  if (place.number !== undefined) parts.set('n', String(place.number));
  if (place.tab !== 'packet') parts.set('tab', place.tab);
  if (place.query !== '') parts.set('q', place.query);
  if (place.plant === 'large') parts.set('plant', 'large');
  return `#${parts.toString().replaceAll('%5B', '[').replaceAll('%5D', ']')}`;
}

/** What an address says, as far as it says something that can be. */
export function parsePlace(hash: string): Partial<Place> {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const view = parts.get('view');
  const seconds = numberIn(parts.get('t'));
  const number = numberIn(parts.get('n'));
  return {
    ...(view === null ? {} : { view }),
    ...(seconds === undefined ? {} : { at: Math.round(seconds * 1_000_000) }),
    ...(number === undefined ? {} : { number: Math.floor(number) }),
    ...(parts.get('tab') === 'why' ? { tab: 'why' as const } : {}),
    ...(parts.get('plant') === 'large' ? { plant: 'large' as const } : {}),
    query: parts.get('q') ?? '',
  };
}

function numberIn(text: string | null): number | undefined {
  if (text === null || !/^\d{1,12}(?:\.\d{1,9})?$/.test(text)) return undefined;
  return Number(text);
}
