import { describe, expect, test } from 'vitest';
import { ask, query, summary } from '../../../support/dns-client.ts';
import { labServer } from '../../../support/dns-zones.ts';

const CHILD =
  'sub.lab.example. 60 SOA . . 1 2 3 4 5\n      60 NS ns\nns.sub.lab.example. 60 A 10.1.0.53\nwww.sub.lab.example. 60 A 10.1.0.80';

describe('two zones, one above the other', () => {
  test.each([
    {
      name: 'the longest apex answers',
      ask: 'www.sub.lab.example A',
      aa: true,
      answer: ['www.sub.lab.example. 60 IN A 10.1.0.80'],
    },
    {
      name: 'DS of the child is the parent’s',
      ask: 'sub.lab.example DS',
      aa: true,
      answer: [`sub.lab.example. 3600 IN DS 12345 13 2 ${'0123456789ABCDEF'.repeat(4)}`],
    },
    {
      name: 'an alias is followed into the other zone: RFC 1034 §4.3.2 step 3a',
      ask: 'intosub.lab.example A',
      aa: true,
      answer: [
        'intosub.lab.example. 3600 IN CNAME www.sub.lab.example.',
        'www.sub.lab.example. 60 IN A 10.1.0.80',
      ],
    },
  ])('$name', ({ ask: question, aa, answer }) => {
    const [qname = '', qtype = ''] = question.split(' ');
    const reply = summary(ask(labServer({}, [CHILD]), query(qname, qtype)));
    expect(reply).toMatchObject({ rcode: 'NOERROR', aa, answer, authority: [] });
  });
});

describe('chains that grow', () => {
  test('a DNAME onto itself ends after the links we follow', () => {
    const zone = 'grow.example. 60 SOA . . 1 2 3 4 5\na.grow.example. 60 DNAME b.a.grow.example.';
    const reply = ask(
      labServer({}, [zone]),
      query('x.a.grow.example', 'A', { edns: { payloadOctets: 4096, version: 0, flags: 0, options: [] } }),
    );
    expect(reply?.rcode).toBe(0);
    expect(reply?.answers.length).toBe(1 + 17);
  });

  test('a name that would be too long is YXDOMAIN', () => {
    const long = `${'l'.repeat(63)}.${'m'.repeat(63)}.${'n'.repeat(63)}`;
    const zone = `yx.example. 60 SOA . . 1 2 3 4 5\nshort.yx.example. 60 DNAME ${long}.yx.example.`;
    const reply = ask(labServer({}, [zone]), query(`${'x'.repeat(60)}.short.yx.example`, 'A'));
    expect(summary(reply)).toMatchObject({ rcode: 'YXDOMAIN', aa: true });
    expect(reply?.answers.length).toBe(1);
  });

  test('negative TTL: the SOA’s own when that is less than MINIMUM (RFC 2308 §3)', () => {
    const reply = ask(labServer({}, ['neg.example. 7 SOA . . 1 2 3 4 900']), query('x.neg.example', 'A'));
    expect(reply?.authorities[0]?.ttl).toBe(7);
  });
});
