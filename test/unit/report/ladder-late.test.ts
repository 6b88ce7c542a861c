import { describe, expect, test } from 'vitest';
import { markLate } from '../../../src/report/ladder-late.ts';
import { noteOf } from '../../../src/report/ladder-notes.ts';
import type { Row } from '../../../src/report/ladder-rows.ts';
import type { FrameRecord } from '../../../src/scenario/record.ts';

interface Sent {
  readonly from?: string;
  readonly on?: string;
  readonly harm?: FrameRecord['harm'];
  readonly fault?: string;
  readonly fate?: FrameRecord['fate'];
  /** How long it was on its way. */
  readonly ms?: number;
}

const late = (more: Sent = {}): Sent => ({ harm: 'delayed', fault: 'detour', ms: 50, ...more });
const intime = (more: Sent = {}): Sent => ({ ms: 1, ...more });

/** A row for each frame, one a second. */
function rowsOf(sent: readonly Sent[]): readonly Row[] {
  return sent.map(({ from = 'cmts', on = 'core', harm, fault, fate = 'delivered', ms = 1 }, index) => {
    const at = index * 1_000_000;
    const record = {
      kind: 'frame',
      number: index + 1,
      packet: index + 1,
      sent_at: at,
      at: at + ms * 1_000,
      segment: on,
      sender: from,
      receiver: 'dhcp',
      fate,
      fault: fault ?? null,
      ...(harm === undefined ? {} : { harm }),
      protocol: 'DHCP',
      message: 'DISCOVER',
      fields: {},
      rule: null,
      detail: null,
    } as unknown as FrameRecord;
    const hop = { from, to: 'dhcp', record };
    return { at, hops: [hop], attempt: 1, waitedUs: 0, skipped: 0, states: [], reasons: [] };
  });
}

/** What the notes say of lateness, row by row. */
function said(sent: readonly Sent[]): readonly string[] {
  const rows = rowsOf(sent);
  markLate(rows);
  return rows.map((row) =>
    noteOf(row)
      .map(({ text }) => text)
      .join(' '),
  );
}

describe('a fault that makes all late', () => {
  test.each<{ name: string; sent: readonly Sent[]; notes: readonly string[] }>([
    { name: 'one frame: it is told', sent: [late()], notes: ['LATE on core (detour)'] },
    {
      name: 'a spell: the first tells it for all',
      sent: [late(), late({ ms: 60 }), late({ ms: 45 })],
      notes: ['LATE on core (detour), as are 2 more', '', ''],
    },
    {
      name: 'two: the first tells it for the other',
      sent: [late(), late()],
      notes: ['LATE on core (detour), as is 1 more', ''],
    },
    {
      name: 'one that is much later than the others of its spell is told by itself',
      sent: [late(), late(), late({ ms: 400 }), late()],
      notes: ['LATE on core (detour), as are 2 more', '', 'LATE on core (detour)', ''],
    },
    {
      name: 'the jitter of the fault is no news',
      sent: [late({ ms: 30 }), late({ ms: 55 }), late({ ms: 40 })],
      notes: ['LATE on core (detour), as are 2 more', '', ''],
    },
    {
      name: 'a spell ends when the same sender is in time there; the next one is told anew',
      sent: [late(), late(), intime(), late(), late()],
      notes: ['LATE on core (detour), as is 1 more', '', '', 'LATE on core (detour), as is 1 more', ''],
    },
    {
      name: 'another sender in time, or another place, ends nothing: the fault has a direction',
      sent: [late(), intime({ from: 'dhcp' }), intime({ on: 'hfc' }), late()],
      notes: ['LATE on core (detour), as is 1 more', '', '', ''],
    },
    {
      name: 'two faults are two spells',
      sent: [late(), late({ fault: 'thin-line' }), late(), late({ fault: 'thin-line' })],
      notes: ['LATE on core (detour), as is 1 more', 'LATE on core (thin-line), as is 1 more', '', ''],
    },
    {
      name: 'what a fault did besides is always told, and ends nothing',
      sent: [late(), { harm: 'reordered', fault: 'shuffle' }, late(), { fate: 'faulted', fault: 'noise' }],
      notes: [
        'LATE on core (detour), as is 1 more',
        'HELD BACK on core (shuffle)',
        '',
        'LOST on core (noise)',
      ],
    },
  ])('$name', ({ sent, notes }) => {
    expect(said(sent)).toEqual(notes);
  });
});
