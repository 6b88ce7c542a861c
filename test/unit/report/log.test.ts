import { describe, expect, test } from 'vitest';
import { parseIp } from '../../../src/core/address.ts';
import type { HostSpec } from '../../../src/core/driver.ts';
import { DecodeError } from '../../../src/core/errors.ts';
import { DHCP } from '../../../src/core/rules/dhcp.ts';
import { DNS } from '../../../src/core/rules/dns.ts';
import { LIMIT_RULES } from '../../../src/core/rules/limit.ts';
import { TFTP_RULES } from '../../../src/core/rules/tftp.ts';
import type { Input } from '../../../src/core/service.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { DecisionLog, type LogLevel, type LogRecord } from '../../../src/report/log.ts';

const tftp: HostSpec = {
  name: 'tftp',
  kind: 'tftp',
  group: 'tftp',
  interfaces: [],
  routes: [],
  forwards: false,
  udpPorts: [69],
  tcpPorts: [],
  create: () => {
    throw new Error('not made');
  },
};
const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error'];
const NOON = 1_800_000_000;

function bench(threshold: LogLevel = 'trace') {
  const records: LogRecord[] = [];
  const log = new DecisionLog({
    isWanted: (level) => LEVELS.indexOf(level) >= LEVELS.indexOf(threshold),
    put: (record) => records.push(record),
  });
  const give = (
    rule: Parameters<DecisionLog['because']>[2],
    seconds = 0,
    detail?: string,
    input?: Input,
  ): void => {
    log.because(toInstant((NOON + seconds) * SECOND), tftp, rule, detail, input);
  };
  return { records, log, give };
}

test.each([
  { threshold: 'debug', read: [true, true, true] },
  { threshold: 'info', read: [false, true, true] },
  { threshold: 'warn', read: [false, false, true] },
] as const)('details are read of the rules whose level is wanted: $threshold', ({ threshold, read }) => {
  const { log } = bench(threshold);
  expect([DNS.answer, TFTP_RULES.granted, TFTP_RULES.notFound].map((rule) => log.reads(rule))).toEqual(read);
});

const datagram: Input = {
  kind: 'datagram',
  octets: new Uint8Array(1),
  from: { address: parseIp('10.0.0.9')!, port: 1024 },
  to: { address: parseIp('10.0.0.69')!, port: 69 },
  via: 0,
  hardware: undefined,
};

describe('each decision has its level', () => {
  test.each([
    { name: 'an answer', rule: TFTP_RULES.granted, level: 'info' },
    { name: 'a block', rule: TFTP_RULES.nextWindow, level: 'trace' },
    { name: 'something to mend', rule: TFTP_RULES.notFound, level: 'warn' },
    { name: 'a source that is limited', rule: LIMIT_RULES.datagrams, level: 'warn' },
    { name: 'a datagram that is refused', rule: DHCP.malformed, level: 'debug' },
    { name: 'a query that is no query', rule: DNS.ignored, level: 'debug' },
    { name: 'a name that is not there', rule: DNS.nxdomain, level: 'info' },
    { name: 'an answer by the book', rule: DNS.answer, level: 'debug' },
  ])('$name: $level', ({ rule, level }) => {
    const { records, give } = bench();
    give(rule, 0, 'gold\u001b.cfg');
    expect(records).toEqual([
      {
        level,
        message: rule.says,
        fields: { host: 'tftp', rule: rule.id, detail: String.raw`gold\x1b.cfg` },
      },
    ]);
  });

  test('lines below the threshold are not even made', () => {
    const { records, give } = bench('info');
    for (const rule of [TFTP_RULES.nextWindow, DHCP.malformed, TFTP_RULES.granted]) give(rule);
    expect(records.map(({ fields }) => fields['rule'])).toEqual([TFTP_RULES.granted.id]);
  });
});

test('a refused datagram is told with its source, the field and the offset', () => {
  const { records, give } = bench();
  give(TFTP_RULES.malformed, 0, new DecodeError('truncated', 'xid\u0007', 4).message, datagram);
  expect(records[0]?.fields).toEqual({
    host: 'tftp',
    rule: TFTP_RULES.malformed.id,
    reason: 'truncated',
    offset: 4,
    field: String.raw`xid\x07`,
    peer: '10.0.0.9:1024',
  });
});

test('only a flush that did not hold is told', () => {
  const { records, log } = bench();
  const rows = [{ table: 'lease', key: '10.0.0.9', value: null }];
  log.settled(toInstant(0), tftp, rows, 'durable');
  expect(records).toEqual([]);
  log.settled(toInstant(0), tftp, rows, 'failed');
  expect(records).toMatchObject([{ level: 'error', fields: { rows: 'lease 10.0.0.9', outcome: 'failed' } }]);
});

describe('a flood does not fill the disk', () => {
  test.each([
    { name: 'of what is refused', rule: TFTP_RULES.malformed, lines: 50 },
    { name: 'of what matters', rule: TFTP_RULES.notFound, lines: 200 },
  ])('$name: $lines lines in ten seconds, the rest counted', ({ rule, lines }) => {
    const { records, log, give } = bench();
    for (let index = 0; index < lines + 3_211; index++) give(rule, 1);
    expect(records).toHaveLength(lines);
    log.flush();
    expect(records).toHaveLength(lines + 1);
    expect(records.at(-1)).toMatchObject({
      message: `${rule.says} And 3,211 more in these 10 s.`,
      fields: { host: 'tftp', rule: rule.id, more: 3_211 },
    });
    log.flush();
    expect(records).toHaveLength(lines + 1);
  });

  test('a new window begins by itself, and a quiet rule is not silenced by a loud one', () => {
    const { records, give } = bench();
    for (let index = 0; index < 1_000; index++) give(TFTP_RULES.malformed, 1);
    give(DHCP.malformed, 2);
    expect(records).toHaveLength(51);
    give(TFTP_RULES.malformed, 11);
    expect(records.slice(51).map(({ message }) => message)).toEqual([
      `${TFTP_RULES.malformed.says} And 950 more in these 10 s.`,
      TFTP_RULES.malformed.says,
    ]);
  });

  test('a million different details are as few lines', () => {
    const { records, log, give } = bench();
    for (let index = 0; index < 100_000; index++) give(TFTP_RULES.notFound, 1, `name ${index}`);
    for (let index = 0; index < 100_000; index++)
      log.settled(
        toInstant(NOON * SECOND),
        tftp,
        [{ table: 'lease', key: `${index}`, value: null }],
        'failed',
      );
    log.flush();
    expect(records.length).toBeLessThanOrEqual(2 * 201);
  });
});
