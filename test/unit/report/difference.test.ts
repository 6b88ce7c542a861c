import { describe, expect, test } from 'vitest';
import {
  differenceLines,
  differenceOf,
  happeningKey,
  type Happening,
} from '../../../src/report/difference.ts';
import { lineText } from '../../../src/report/line.ts';
import type { FrameRecord, StateRecord } from '../../../src/scenario/record.ts';

const frame = (at: number, change: Partial<FrameRecord> = {}): FrameRecord => ({
  kind: 'frame',
  number: at,
  at,
  sent_at: at - 10,
  segment: 'core',
  sender: 'a',
  receiver: 'b',
  origin: 'a',
  target: 'b',
  fate: 'delivered',
  fault: null,
  packet: at,
  source_mac: '02:00:00:00:00:01',
  destination_mac: '02:00:00:00:00:02',
  body: 'udp',
  from: '10.0.0.1:68',
  to: '10.0.0.2:67',
  ttl: 64,
  octets: '01',
  protocol: 'DHCP',
  message: 'DISCOVER',
  fields: { xid: '1' },
  rule: null,
  detail: null,
  ...change,
});
const state = (at: number, host: string, name: string): StateRecord => ({
  kind: 'state',
  number: at,
  at,
  host,
  machine: 'modem',
  state: name,
  subject: null,
});
const between = (a: readonly Happening[], b: readonly Happening[]) =>
  differenceOf({ before: [], common: 4, a, b });

describe('the event that differs', () => {
  const lost = frame(90, { sent_at: 90, fate: 'faulted', fault: 'noise' });
  test.each([
    {
      name: 'a packet that is lost in one and arrives later in the other',
      a: [frame(95, { message: 'OFFER' }), frame(100)],
      b: [lost, frame(95, { message: 'OFFER' })],
      pair: [frame(100), lost],
      fields: ['fate', 'fault'],
    },
    {
      name: 'the same, the runs the other way round',
      a: [lost, frame(95, { message: 'OFFER' })],
      b: [frame(95, { message: 'OFFER' }), frame(100)],
      pair: [lost, frame(100)],
      fields: ['fate', 'fault'],
    },
    {
      name: 'a packet with another field',
      a: [frame(100)],
      b: [frame(100, { fields: { xid: '2' }, octets: '02' })],
      pair: [frame(100), frame(100, { fields: { xid: '2' }, octets: '02' })],
      fields: ['xid', 'octets'],
    },
    {
      name: 'a packet that only one has',
      a: [frame(200, { sender: 'c' })],
      b: [frame(100), frame(200, { sender: 'c' })],
      pair: [undefined, frame(100)],
      fields: [],
    },
    {
      name: 'one run is over',
      a: [],
      b: [frame(100)],
      pair: [undefined, frame(100)],
      fields: [],
    },
    {
      name: 'at one moment, what the other lacks',
      a: [state(100, 'cm', 'operational'), frame(100)],
      b: [frame(100)],
      pair: [state(100, 'cm', 'operational'), undefined],
      fields: [],
    },
    {
      name: 'another state',
      a: [state(100, 'cm', 'operational')],
      b: [state(100, 'cm', 'rejected')],
      pair: [state(100, 'cm', 'operational'), state(100, 'cm', 'rejected')],
      fields: ['state'],
    },
  ])('$name', ({ a, b, pair, fields }) => {
    const difference = between(a, b);
    expect([difference.a, difference.b]).toEqual(pair);
    expect(difference.fields.map(({ name }) => name)).toEqual(fields);
  });

  test('what each went on with is what follows, without the event itself', () => {
    const { nextA, nextB } = between([frame(100), frame(300)], [lost, frame(200), frame(300)]);
    expect(nextA.map(({ at }) => at)).toEqual([300]);
    expect(nextB.map(({ at }) => at)).toEqual([200, 300]);
  });
});

test('numbers of events and packets count for nothing, octets and times do', () => {
  const key = happeningKey(frame(100));
  expect(happeningKey({ ...frame(100), number: 7, packet: 9, rule: 'HE-DHCP-001' })).toBe(key);
  expect(happeningKey(frame(101))).not.toBe(key);
  expect(happeningKey({ ...frame(100), octets: '02' })).not.toBe(key);
  expect(happeningKey(state(1, 'cm', 'a'))).not.toBe(happeningKey(state(1, 'cm', 'b')));
});

test('as a person reads it', () => {
  const difference = differenceOf({
    before: [state(50, 'cm', 'dhcp')],
    common: 1,
    a: [frame(100)],
    b: [frame(90, { sent_at: 90, fate: 'lost' })],
  });
  expect(
    differenceLines(difference, { a: 'old', b: 'newer' }).map((line) => lineText(line).trimEnd()),
  ).toEqual([
    'the first event is the same; then, at 0.000090 s:',
    '',
    '            0.000050  cm → dhcp',
    ' old        0.000100  DHCP DISCOVER  a > b on core  xid=1',
    ' newer      0.000090  DHCP DISCOVER  a > b on core  xid=1  LOST on core',
    '',
    '   fate: delivered against lost',
    '',
    ' old went on with',
    '   nothing',
    '',
    ' newer went on with',
    '   nothing',
  ]);
});
