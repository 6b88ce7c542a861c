import { describe, expect, test } from 'vitest';
import { laddersOf, ladderText, renderLadder } from '../../../src/report/ladder.ts';
import { frameRecord } from '../../support/frame-record.ts';
import { lineText } from '../../../src/report/line.ts';
import type { PlantHost } from '../../../src/report/plant.ts';
import type { FrameRecord, StateRecord, TraceRecord } from '../../../src/scenario/record.ts';

const hosts: Record<string, [kind: string, mac: string, ...segments: string[]]> = {
  'cm[0]': ['cable-modem', '00:10:18:00:00:00', 'hfc'],
  'cm[1]': ['cable-modem', '00:10:18:00:00:01', 'hfc'],
  cmts: ['cmts', '02:00:00:00:00:01', 'hfc', 'core'],
  dhcp: ['dhcp', '02:00:00:00:00:02', 'core'],
  tftp: ['tftp', '02:00:00:00:00:03', 'core'],
};

const plant: PlantHost[] = Object.entries(hosts).map(([name, [kind, mac, ...segments]]) => ({
  name,
  kind,
  group: name.replace(/\[.*/, ''),
  forwards: kind === 'cmts',
  interfaces: segments.map((segment) => ({ segment, mac })),
}));

let number = 0;

/** `cm[0]>cmts` is the crossing, `cm[0]>>tftp` beside it who made it for whom. */
function frame(way: string, message: string, more: Partial<FrameRecord> = {}): FrameRecord {
  const [sender = '', receiver = ''] = way.split('>');
  const [protocol = '', kind = ''] = message.split(' ');
  number++;
  const at = more.sent_at ?? number * 10_000;
  return frameRecord({
    number,
    at,
    sent_at: at,
    segment: sender.startsWith('cm[') || receiver.startsWith('cm[') ? 'hfc' : 'core',
    sender,
    receiver: receiver === '*' ? null : receiver,
    packet: number,
    source_mac: hosts[sender]?.[1] ?? '',
    destination_mac: receiver === '*' ? 'ff:ff:ff:ff:ff:ff' : (hosts[receiver]?.[1] ?? ''),
    protocol,
    message: kind,
    ...more,
  });
}

function state(host: string, entered: string, subject: string | null = null): StateRecord {
  return {
    kind: 'state',
    number: ++number,
    at: number * 10_000,
    host,
    machine: 'modem',
    state: entered,
    subject,
  };
}

function draw(records: readonly TraceRecord[], who = 'cm[0]'): string {
  const chosen = plant.filter(({ name }) => name === who);
  return laddersOf(chosen, records)
    .map((ladder) => ladderText(ladder, plant))
    .join('\n');
}

const mine = { mac: '00:10:18:00:00:00', xid: '429eb20c' };

describe('ladder', () => {
  test('a relayed message is one line, a loss a cross, a repetition is counted', () => {
    number = 0;
    const text = draw([
      frame('cm[0]>*', 'DHCP DISCOVER', { fields: { ...mine, giaddr: '0.0.0.0', class: 'docsis3.1:' } }),
      frame('cmts>dhcp', 'DHCP DISCOVER', { fields: { ...mine, giaddr: '10.9.0.1' } }),
      frame('dhcp>cmts', 'DHCP OFFER', {
        fields: { ...mine, giaddr: '10.9.0.1', yiaddr: '10.9.16.1', siaddr: '10.0.0.69', file: 'gold.cfg' },
      }),
      frame('cmts>cm[0]', 'DHCP OFFER', { fields: { ...mine, giaddr: '10.9.0.1', yiaddr: '10.9.16.1' } }),
      frame('cmts>dhcp', 'DHCP REQUEST', { fields: { ...mine, mac: '00:10:18:00:00:01' } }),
      frame('cm[0]>cmts', 'TFTP RRQ', { fields: { file: 'gold.cfg' }, fate: 'lost', target: 'tftp' }),
      frame('cm[0]>cmts', 'TFTP RRQ', {
        fields: { file: 'gold.cfg' },
        packet: 77,
        sent_at: 1_060_000,
        target: 'tftp',
      }),
      frame('cmts>tftp', 'TFTP RRQ', { fields: { file: 'gold.cfg' }, packet: 77, origin: 'cm[0]' }),
      frame('tftp>cmts', 'TFTP DATA', {
        fields: { block: '1', size: '300', last: '' },
        packet: 78,
        target: 'cm[0]',
      }),
      frame('cmts>cm[0]', 'TFTP DATA', {
        fields: { block: '1', size: '300', last: '' },
        packet: 78,
        origin: 'tftp',
      }),
      state('cm[0]', 'operational'),
      state('cmts', 'online', '00:10:18:00:00:00'),
      state('cmts', 'online', '00:10:18:00:00:01'),
    ]);
    expect(text).toMatchInlineSnapshot(`
      " t (s)     cm[0]            cmts            dhcp            tftp
         0.010     │──DISCOVER────▶│──DISCOVER────▶│               │   xid 429eb20c  class docsis3.1:  + giaddr 10.9.0.1
         0.030     │◀───OFFER──────│◀───OFFER──────│               │   10.9.16.1  next-server 10.0.0.69  gold.cfg
         0.060     │──RRQ────╌╌╌╌✗ │               │               │   LOST on hfc
         0.090     │◀───DATA 1─────┼───────────────┼───────────────│   last block, 300 octets  → operational  cmts → online
         1.060     │──RRQ gold.cfg─┼───────────────┼──────────────▶│   try 2, after 1 s"
    `);
  });

  test('middle blocks and acknowledgments are left out and counted', () => {
    number = 0;
    const blocks = [1, 2, 3, 4].flatMap((block) => [
      frame('tftp>cm[0]', 'TFTP DATA', {
        fields: { block: String(block), ...(block === 4 ? { last: '' } : {}) },
      }),
      frame('cm[0]>tftp', 'TFTP ACK', { fields: { block: String(block) } }),
    ]);
    const lines = draw(blocks).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('DATA 1');
    expect(lines[2]).toContain('DATA 4');
    expect(lines[2]).toContain('(2 like these before)');
  });

  test.each([
    { fate: 'lost', says: 'LOST on hfc' },
    { fate: 'faulted', says: 'LOST on hfc (plant-noise)' },
    { fate: 'unheard', says: 'UNHEARD on hfc: nobody there' },
    { fate: 'overflow', says: 'DROPPED: the queue of cmts was full' },
  ] as const)('fate $fate says why', ({ fate, says }) => {
    number = 0;
    const fault = fate === 'faulted' ? 'plant-noise' : null;
    const text = draw([frame('cm[0]>cmts', 'DHCP REQUEST', { fate, fault, fields: mine })]);
    expect(text).toContain('✗');
    expect(text).toContain(says);
    expect(text).not.toContain('▶');
  });

  test('the ends of a link have no lane; what is lost on it was for the far side', () => {
    number = 0;
    const query = { fields: { qname: 'a.example' }, target: 'tftp', origin: 'cm[0]' };
    const text = draw([
      frame('cm[0]>metro@hfc', 'DNS QUERY', { ...query, packet: 7 }),
      frame('metro@hfc>metro@core', 'DNS QUERY', { ...query, packet: 7 }),
      frame('metro@core>tftp', 'DNS QUERY', { ...query, packet: 7 }),
      frame('cm[0]>metro@hfc', 'DNS QUERY', { ...query, packet: 8 }),
      frame('metro@hfc>metro@core', 'DNS QUERY', { ...query, packet: 8, fate: 'lost', segment: 'metro' }),
    ]);
    expect(text).not.toContain('metro@');
    expect(text).toMatch(/QUERY─*▶│.*a\.example\n.*✗.*LOST on metro/);
  });

  test.each([
    { seconds: 4, says: 'try 2, after 4 s' },
    { seconds: 61, says: undefined },
  ])('a request again after $seconds s: $says', ({ seconds, says }) => {
    number = 0;
    const again = draw([
      frame('cm[0]>cmts', 'REG REQ', { sent_at: 1_000_000 }),
      frame('cm[0]>cmts', 'REG REQ', { sent_at: 1_000_000 * (seconds + 1) }),
    ]);
    if (says === undefined) expect(again).not.toContain('try');
    else expect(again).toContain(says);
  });

  test('a rule that asks for mending is named, one that does not is not', () => {
    number = 0;
    expect(draw([frame('tftp>cm[0]', 'TFTP ERROR', { rule: 'HE-TFTP-008' })])).toContain('HE-TFTP-008');
    expect(draw([frame('tftp>cm[0]', 'TFTP DATA', { rule: 'HE-TFTP-001' })])).not.toContain('HE-TFTP');
  });

  test('no line is wider than the terminal', () => {
    number = 0;
    const [ladder] = laddersOf(plant.slice(0, 1), [
      frame('cm[0]>cmts', 'DNS QUERY', { fields: { qname: 'a-very-long-name.'.repeat(10), qtype: 'A' } }),
    ]);
    const lines = renderLadder(ladder!, plant, 60).map(lineText);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  test('a host without packets says so', () => {
    expect(draw([])).toBe(' cm[0]: no packets');
  });
});
