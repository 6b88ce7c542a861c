import { expect, test } from 'vitest';
import { parseExpectation } from '../../../src/config/one-line.ts';

test.each([
  { text: 'boot.p95 < 90s', item: { metric: 'boot.p95 < 90s' } },
  { text: ' dhcp.retransmits of cm[2] < 10 ', item: { metric: 'dhcp.retransmits of cm[2] < 10' } },
  { text: 'HE-DHCP-006 == 0', item: { metric: 'HE-DHCP-006 == 0' } },
  { text: 'packets DHCP NAK *>* < 10', item: { metric: 'packets DHCP NAK *>* < 10' } },
  { text: 'leases.unique', item: { always: 'leases.unique' } },
  { text: 'dhcp.queue.depth <= 400', item: { always: 'dhcp.queue.depth <= 400' } },
  { text: 'leases.in-use < 40', item: { always: 'leases.in-use < 40' } },
  { text: 'dhcp.queue.depth.mean <= 40', item: { metric: 'dhcp.queue.depth.mean <= 40' } },
  { text: 'dhcp.queue.full', item: { sometimes: 'dhcp.queue.full' } },
  { text: 'DHCP NAK dhcp>cm', item: { sometimes: 'DHCP NAK dhcp>cm' } },
  { text: 'RULE HE-DHCP-006', item: { sometimes: 'RULE HE-DHCP-006' } },
  {
    text: 'never: { any: cm, cmts-state: reject(m) }',
    item: { never: { any: 'cm', 'cmts-state': 'reject(m)' } },
  },
  {
    text: 'eventually: { all: cm, state: operational, within: 30s }',
    item: { eventually: { all: 'cm', state: 'operational', within: '30s' } },
  },
  // Nothing that is known: whoever reads the item says what is wrong.
  { text: 'all will be well', item: { metric: 'all will be well' } },
])('--expect $text', ({ text, item }) => {
  expect(parseExpectation(text)).toEqual(item);
});
