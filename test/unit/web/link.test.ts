import { expect, test } from 'vitest';
import { formatPlace, parsePlace } from '../../../src/web/link.ts';

test.each([
  { view: 'cm[1]', number: 12, at: 4_373_000, tab: 'why', query: 'offer lost', plant: 'large' },
  { view: 'everything', number: undefined, at: 0, tab: 'packet', query: '', plant: 'small' },
] as const)('what is shown comes back from its address: $view', (place) => {
  const { number, tab, plant, ...rest } = place;
  expect(parsePlace(formatPlace(place))).toEqual({
    ...rest,
    ...(number === undefined ? {} : { number }),
    ...(tab === 'why' ? { tab } : {}),
    ...(plant === 'large' ? { plant } : {}),
  });
});

test.each([
  { name: 'a moment that is no number', hash: '#t=<b>', place: { query: '' } },
  { name: 'a number that is far too long', hash: `#n=${'9'.repeat(40)}`, place: { query: '' } },
  { name: 'a tab that is none', hash: '#tab=x', place: { query: '' } },
  { name: 'nothing', hash: '', place: { query: '' } },
])('$name is passed over', ({ hash, place }) => {
  expect(parsePlace(hash)).toEqual(place);
});
