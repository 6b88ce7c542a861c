import { expect, test } from 'vitest';
import { encodeMessage } from '../../../src/codec/dns/message.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { Class, typeNumber } from '../../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../../src/codec/dns/zone-text.ts';
import type { ResourceRecord } from '../../../src/codec/dns/record.ts';
import { Names } from '../../../src/import/capture/names.ts';
import { CLIENT, query, SERVER } from '../../support/dns-client.ts';

/** `www.lab.example. 60 A 10.0.0.1`. */
function record(line: string): ResourceRecord {
  const [owner = '', ttl = '', type = '', ...data] = line.split(' ');
  const number = typeNumber(type)!;
  return {
    owner: toName(owner),
    type: number,
    class: Class.IN,
    ttl: Number(ttl),
    rdata: parseRdataText(number, data.join(' ')),
  };
}

function zonesOf(
  ...responses: readonly { qname: string; answers?: string[]; authorities?: string[] }[]
): object {
  const names = new Names();
  for (const { qname, answers = [], authorities = [] } of responses)
    names.take({
      firstUs: 0,
      lastUs: 0,
      isLost: false,
      from: SERVER,
      to: CLIENT,
      octets: encodeMessage(
        query(qname, 'A', {
          flags: 0x8000,
          answers: answers.map(record),
          authorities: authorities.map(record),
        }),
      ),
    });
  const zones = [...names.zones()].map(([zone, records]) => [
    zone,
    records.map(({ owner, type, ttl, data }) => `${String(owner)} ${ttl} ${type} ${data}`),
  ]);
  return Object.fromEntries(zones);
}

test.each([
  {
    name: 'an answer is in the zone whose SOA was seen',
    responses: [
      {
        qname: 'no.lab.example.',
        authorities: ['lab.example. 60 SOA ns.lab.example. a.lab.example. 1 2 3 4 5'],
      },
      { qname: 'www.lab.example.', answers: ['www.lab.example. 60 A 10.0.0.1'] },
    ],
    zones: { 'lab.example': ['www.lab.example. 60 A 10.0.0.1'] },
  },
  {
    name: 'or in the domain of two labels above it',
    responses: [{ qname: 'www.cdn.lab.example.', answers: ['www.cdn.lab.example. 60 A 10.0.0.1'] }],
    zones: { 'lab.example': ['www.cdn.lab.example. 60 A 10.0.0.1'] },
  },
  {
    name: 'of a TTL that counts down the most is kept, and each record once',
    responses: [
      { qname: 'a.lab.example.', answers: ['a.lab.example. 20 A 10.0.0.1'] },
      { qname: 'a.lab.example.', answers: ['a.lab.example. 30 A 10.0.0.1', 'a.lab.example. 30 A 10.0.0.2'] },
    ],
    zones: { 'lab.example': ['a.lab.example. 30 A 10.0.0.1', 'a.lab.example. 30 A 10.0.0.2'] },
  },
  {
    name: 'an alias and its target are each in their zone',
    responses: [
      {
        qname: 'www.lab.example.',
        answers: ['www.lab.example. 60 CNAME web.other.example.', 'web.other.example. 60 A 10.0.0.1'],
      },
    ],
    zones: {
      'lab.example': ['www.lab.example. 60 CNAME web.other.example.'],
      'other.example': ['web.other.example. 60 A 10.0.0.1'],
    },
  },
])('$name', ({ responses, zones }) => {
  expect(zonesOf(...responses)).toEqual(zones);
});
