import { expect, test } from 'vitest';
import { defineRules, type RuleText } from '../../../src/core/rules.ts';

const text = { says: 'It is so.', why: 'Because.', source: 'RFC 2131 §4.1', tryIt: 'Look.' };

test('a rule has its id, its place in the counters and an empty fix when there is nothing to mend', () => {
  const rules = defineRules('RELAY', { added: [7, text] });
  expect(rules.added).toEqual({ id: 'HE-RELAY-007', index: 263, fix: '', ...text });
});

test.each<[string, Record<string, RuleText>]>([
  ['the same number twice', { a: [1, text], b: [1, text] }],
  ['zero', { a: [0, text] }],
  ['more than a counter has room for', { a: [256, text] }],
])('%s is our own mistake', (_, texts) => {
  expect(() => defineRules('DHCP', texts)).toThrow('taken or out of range');
});
