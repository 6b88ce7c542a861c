import { beforeAll, describe, expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../../../src/api/scenario.ts';
import type { FrameRecord } from '../../../../src/scenario/record.ts';
import { anatomyOf } from '../../../../src/report/anatomy/anatomy.ts';
import type { Field } from '../../../../src/report/anatomy/marks.ts';
import { PageRecords } from '../../../../src/report/page/page-records.ts';

const frames: FrameRecord[] = [];

beforeAll(async () => {
  for (const name of ['cable-modem-boot', 'name-lookup']) {
    const run = prepareVirtual(loadScenario(`scenarios/${name}.yaml`));
    const records = new PageRecords(run.topology, undefined);
    await run.execute([records]);
    for (const record of records.records) if (record.kind === 'frame') frames.push(record);
  }
});

function frame(protocol: string, message: string): FrameRecord {
  const found = frames.find((one) => one.protocol === protocol && one.message === message);
  if (found === undefined) throw new Error(`no ${protocol} ${message}`);
  return found;
}

/** The fields of a packet's last layer by name. */
function fieldsOf(record: FrameRecord): ReadonlyMap<string, Field> {
  return new Map(
    anatomyOf(record)
      .layers.at(-1)
      ?.fields.map((field) => [field.name, field]),
  );
}

function octetsOf(record: FrameRecord, name: string): string {
  const { octets } = anatomyOf(record);
  const { offset, length } = fieldsOf(record).get(name) ?? { offset: 0, length: 0 };
  return Buffer.from(octets.subarray(offset, offset + length)).toString('hex');
}

describe('which octets say what', () => {
  test.each([
    { protocol: 'DHCP', message: 'DISCOVER', name: 'xid', offset: 46, length: 4 },
    {
      protocol: 'DHCP',
      message: 'DISCOVER',
      name: 'magic cookie',
      offset: 278,
      length: 4,
      octets: '63825363',
    },
    {
      protocol: 'DHCP',
      message: 'DISCOVER',
      name: '53 dhcp-message-type',
      offset: 282,
      length: 3,
      octets: '350101',
    },
    { protocol: 'TFTP', message: 'RRQ', name: 'file', offset: 44, length: 9, octets: '676f6c642e63666700' },
    { protocol: 'TFTP', message: 'DATA', name: 'block', offset: 44, length: 2, octets: '0001' },
    { protocol: 'TOD', message: 'TIME', name: 'seconds since 1900', offset: 42, length: 4 },
    { protocol: 'DNS', message: 'QUERY', name: 'flags', offset: 44, length: 2 },
    { protocol: 'RNG', message: 'REQ', name: 'SID', offset: 26, length: 2, octets: '0000' },
  ])('$protocol $message: $name', ({ protocol, message, name, offset, length, octets }) => {
    const record = frame(protocol, message);
    expect(fieldsOf(record).get(name)).toMatchObject({ offset, length });
    if (octets !== undefined) expect(octetsOf(record, name)).toBe(octets);
  });

  test('a name and an address in an answer stand where they are read', () => {
    const answer = frame('DNS', 'ANSWER');
    const fields = fieldsOf(answer);
    expect(fields.get('qname')?.value).toMatch(/^[a-z.]+$/);
    expect(fields.get('qtype')?.length).toBe(2);
  });

  test('layers lie one behind the other, from the first octet to the last, and each field in its own', () => {
    for (const record of frames) {
      const { octets, layers } = anatomyOf(record);
      if (record.body === 'arp') continue;
      let at = 0;
      for (const { name, offset, length, fields } of layers) {
        expect(offset, `${record.number} ${name}`).toBe(at);
        for (const field of fields) {
          expect(field.offset).toBeGreaterThanOrEqual(offset);
          expect(field.offset + field.length).toBeLessThanOrEqual(offset + length);
        }
        at += length;
      }
      expect(at, `${record.number} ${record.protocol} ${record.message}`).toBe(octets.length);
    }
  });

  test('octets of a DHCP message belong to one field each, none to nobody', () => {
    const record = frame('DHCP', 'ACK');
    const { octets, layers } = anatomyOf(record);
    const layer = layers.at(-1);
    const owners = new Uint8Array(octets.length);
    for (const { offset, length, depth } of layer?.fields ?? [])
      if (depth === 0) for (let at = offset; at < offset + length; at++) owners[at] = (owners[at] ?? 0) + 1;
    expect([...new Set(owners.subarray(layer?.offset))]).toEqual([1]);
  });
});

describe('octets that are no message', () => {
  const LENGTHS = [0, 1, 3, 12, 30, 241, 300];
  test.each(['DHCP', 'DNS', 'TFTP', 'TOD', 'UDP'])('of %s have an anatomy all the same', (protocol) => {
    for (const length of LENGTHS)
      for (const fill of ['00', '01', 'ff', 'c0']) {
        const record = { ...frame('DHCP', 'DISCOVER'), protocol, octets: fill.repeat(length) };
        const { octets, layers } = anatomyOf(record);
        expect(octets.length).toBe(42 + length);
        for (const { fields } of layers)
          for (const field of fields) expect(field.offset + field.length).toBeLessThanOrEqual(octets.length);
      }
  });

  test('a MAC message that is cut off says so', () => {
    const record = { ...frame('RNG', 'REQ'), octets: 'c2000004' };
    expect(anatomyOf(record).layers[0]?.fields[0]?.name).toBe('not readable');
  });

  test('hostile text is shown escaped', () => {
    const name = Buffer.from('\u001b[31m\u202e<b>').toString('hex');
    const record = { ...frame('TFTP', 'RRQ'), octets: `0001${name}006f6374657400` };
    expect(fieldsOf(record).get('file')?.value).toBe('\\x1b[31m\\u{202e}<b>');
  });

  test('a trace that does not tell the frame has the payload alone', () => {
    const record = { ...frame('DHCP', 'DISCOVER'), ttl: null };
    expect(anatomyOf(record).layers.map(({ name }) => name)).toEqual(['DHCP']);
  });
});
