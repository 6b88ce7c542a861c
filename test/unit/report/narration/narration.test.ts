import { describe, expect, test } from 'vitest';
import { DHCP } from '../../../../src/core/rules/dhcp.ts';
import { HOST } from '../../../../src/core/rules/host.ts';
import type { Row } from '../../../../src/report/ladder-rows.ts';
import { frameRecord } from '../../../support/frame-record.ts';
import { narrate } from '../../../../src/report/narration/narration.ts';
import type { FrameRecord, StateRecord } from '../../../../src/scenario/record.ts';

/** `cm>cmts` is the crossing; `cm>cmts>tftp` the crossing of what is meant for the last. */
function frame(way: string, message: string, more: Partial<FrameRecord> = {}): FrameRecord {
  const [sender = '', receiver = '', target = receiver] = way.split('>');
  const [protocol = '', kind = ''] = message.split(' ');
  return frameRecord({ sender, receiver, target, protocol, message: kind, ...more });
}

function row(records: readonly FrameRecord[], more: Partial<Row> = {}): Row {
  return {
    at: 0,
    hops: records.map((record) => ({ from: record.sender, to: record.receiver ?? undefined, record })),
    attempt: 1,
    waitedUs: 0,
    skipped: 0,
    states: [],
    reasons: [],
    ...more,
  };
}

function state(host: string, entered: string, subject: string | null = null): StateRecord {
  return { kind: 'state', number: 2, at: 0, host, machine: 'modem', state: entered, subject };
}

const discover = [
  frame('cm>cmts', 'DHCP DISCOVER', { packet: 1 }),
  frame('cmts>dhcp', 'DHCP DISCOVER', { packet: 2, segment: 'core' }),
];

describe('what is sent, in words', () => {
  test.each<{ name: string; records: readonly FrameRecord[]; what: string }>([
    {
      name: 'a DISCOVER that a relay carries on',
      records: discover,
      what: 'cm has no address and asks everybody on hfc for one; cmts hears it and asks dhcp in its place.',
    },
    {
      name: 'a DISCOVER that a relay sends on through a router',
      records: [
        ...discover.slice(0, 1),
        frame('cmts>fw>dhcp', 'DHCP DISCOVER', { packet: 2 }),
        frame('fw>dhcp', 'DHCP DISCOVER', { packet: 2 }),
      ],
      what: 'cm has no address and asks everybody on hfc for one; cmts hears it and asks dhcp in its place.',
    },
    {
      name: 'a DISCOVER without a relay',
      records: [frame('pc>dhcp', 'DHCP DISCOVER', { segment: 'lan' })],
      what: 'pc has no address and asks everybody on lan for one.',
    },
    {
      name: 'an OFFER with a file, through the relay',
      records: [
        frame('dhcp>cmts', 'DHCP OFFER', { fields: { yiaddr: '10.9.16.1', file: 'gold.cfg' } }),
        frame('cmts>cm', 'DHCP OFFER', { packet: 2 }),
      ],
      what: 'dhcp offers cm the address 10.9.16.1 and names the boot file gold.cfg, through cmts.',
    },
    {
      name: 'a REQUEST that takes an offer',
      records: [frame('cm>cmts', 'DHCP REQUEST', { fields: { opt50: '10.9.16.1', opt54: '10.0.0.67' } })],
      what: 'cm takes 10.9.16.1, and says so aloud for all servers to hear.',
    },
    {
      name: 'a REQUEST to renew',
      records: [frame('cm>dhcp', 'DHCP REQUEST', { fields: { ciaddr: '10.9.16.1' } })],
      what: 'cm asks dhcp whether it may keep 10.9.16.1.',
    },
    {
      name: 'a REQUEST after a restart',
      records: [frame('cm>dhcp', 'DHCP REQUEST', { fields: { opt50: '10.9.16.1' } })],
      what: 'cm asks for the address that it had before, 10.9.16.1.',
    },
    {
      name: 'an ACK with a lease, and an ACK of an INFORM',
      records: [frame('dhcp>cm', 'DHCP ACK', { fields: { yiaddr: '10.9.16.1', lease: '24h' } })],
      what: 'dhcp confirms it: cm has 10.9.16.1 for 24h.',
    },
    {
      name: 'an ACK without an address',
      records: [frame('dhcp>pc', 'DHCP ACK', { fields: { yiaddr: '0.0.0.0' } })],
      what: 'dhcp answers pc with settings, without an address.',
    },
    {
      name: 'a NAK with its reason',
      records: [frame('dhcp>cm', 'DHCP NAK', { fields: { opt56: 'wrong network' } })],
      what: 'dhcp says no: cm may not use the address that it asked for, "wrong network".',
    },
    {
      name: 'a request for a file, beyond the router',
      records: [frame('cm>cmts>tftp', 'TFTP RRQ', { fields: { file: 'gold.cfg' } })],
      what: 'cm asks tftp for the file gold.cfg.',
    },
    {
      name: 'the last block',
      records: [frame('tftp>cm', 'TFTP DATA', { fields: { block: '2', last: '' } })],
      what: 'tftp sends cm block 2 of the file, the last one.',
    },
    {
      name: 'a refused file',
      records: [frame('tftp>cm', 'TFTP ERROR', { fields: { code: '1', text: 'File not found' } })],
      what: 'tftp says no to cm: error 1, "File not found".',
    },
    {
      name: 'a refused registration',
      records: [frame('cmts>cm', 'REG RSP', { fields: { code: '24' } })],
      what: 'cmts refuses to let cm in, with code 24.',
    },
    {
      name: 'a name that is not there',
      records: [frame('dns>pc', 'DNS ANSWER', { fields: { qname: 'no.example', rcode: 'NXDOMAIN' } })],
      what: 'dns answers pc: there is no name no.example.',
    },
    {
      name: 'a name without this type',
      records: [
        frame('dns>pc', 'DNS ANSWER', {
          fields: { qname: 'a.example', qtype: 'MX', rcode: 'NOERROR', aa: '', answers: '0' },
        }),
      ],
      what: 'dns answers pc: a.example is there, but has no MX.',
    },
    {
      name: 'a referral',
      records: [
        frame('dns>pc', 'DNS ANSWER', { fields: { qname: 'a.example', qtype: 'A', rcode: 'NOERROR' } }),
      ],
      what: 'dns answers pc: ask others about a.example, here is who knows more.',
    },
    {
      name: 'what nobody has words for',
      records: [frame('a>b', 'DNS NOTIFY')],
      what: 'a sends b a DNS NOTIFY.',
    },
  ])('$name', ({ records, what }) => {
    expect(narrate(row(records), []).what).toBe(what);
  });
});

describe('what became of it', () => {
  test.each<{ name: string; record: FrameRecord; more?: Partial<Row>; but: string }>([
    { name: 'there, and nothing to say', record: frame('cm>cmts', 'RNG REQ'), but: '' },
    {
      name: 'lost by chance',
      record: frame('cm>cmts', 'RNG REQ', { fate: 'lost' }),
      but: 'It is lost on hfc, and nobody is told.',
    },
    {
      name: 'taken by a fault',
      record: frame('cm>cmts', 'RNG REQ', { fate: 'faulted', fault: 'plant-noise' }),
      but: 'It is lost on hfc: the fault plant-noise takes it.',
    },
    {
      name: 'a queue that is full',
      record: frame('cmts>dhcp', 'DHCP DISCOVER', { fate: 'overflow' }),
      but: 'The queue of dhcp is full, and it is thrown away.',
    },
    {
      name: 'late',
      record: frame('cmts>dhcp', 'DHCP DISCOVER', { harm: 'delayed', fault: 'slow' }),
      but: 'It comes late: the fault slow is on.',
    },
    {
      name: 'dropped by a firewall',
      record: frame('tftp>fw', 'TFTP DATA'),
      more: {
        reasons: [{ kind: 'because', number: 2, at: 0, host: 'fw', rule: 'HE-FW-002', detail: null }],
      },
      but: 'fw drops it.',
    },
  ])('$name', ({ record, more = {}, but }) => {
    expect(narrate(row([record], more), []).but).toBe(but);
  });

  test('a repetition says which, and how long after', () => {
    const { again } = narrate(row(discover, { attempt: 3, waitedUs: 8_000_000 }), []);
    expect(again).toBe('It is try 3, 8 s after the one before.');
  });

  test("what changed: hosts' own states, then what the CMTS shows, the last of each", () => {
    const states = [
      state('cmts', 'init(r1)', '00:10'),
      state('cmts', 'init(r2)', '00:10'),
      state('cm', 'ranging'),
    ];
    expect(narrate(row([frame('cm>cmts', 'RNG REQ')], { states }), []).after).toBe(
      'cm is now ranging. cmts shows init(r2).',
    );
  });
});

describe('why', () => {
  const asked = frame('cm>cmts', 'DHCP DISCOVER', { rule: HOST.discoverAgain.id });

  test("is the rule's own sentence, of who sent it", () => {
    expect(narrate(row([asked]), []).why).toBe(HOST.discoverAgain.says);
  });

  test('is what the receiver found wrong, where it did', () => {
    expect(narrate(row([asked]), [DHCP.unknownLink.id]).why).toBe(DHCP.unknownLink.says);
  });

  test('is what the receiver made of it, where the sender gave no reason', () => {
    expect(narrate(row([frame('cm>dhcp', 'DHCP DISCOVER')]), [DHCP.offerFresh.id]).why).toBe(
      DHCP.offerFresh.says,
    );
  });

  test('is empty where nobody said anything', () => {
    expect(narrate(row([frame('cm>dhcp', 'DHCP DISCOVER')]), []).why).toBe('');
  });
});
