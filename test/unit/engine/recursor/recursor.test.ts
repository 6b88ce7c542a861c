import { describe, expect, test } from 'vitest';
import { RESOLVER } from '../../../../src/core/rules/resolver.ts';
import { Rcode } from '../../../../src/codec/dns/registry.ts';
import { ResolverBench, type Said, type World } from '../../../support/resolver-bench.ts';

const ROOT = '198.51.100.1';
const TLD = '198.51.100.2';
const SHOP = '203.0.113.53';
const OTHER = '203.0.113.54';

const TO_TLD: Said = {
  aa: false,
  authority: ['example 172800 NS ns.nic.example.'],
  additional: [`ns.nic.example 172800 A ${TLD}`],
};
const TO_SHOP: Said = {
  aa: false,
  authority: ['shop.example 3600 NS ns.shop.example.'],
  additional: [`ns.shop.example 3600 A ${SHOP}`],
};
const WWW: Said = { answer: ['www.shop.example 60 A 203.0.113.80'] };
const SOA = 'shop.example 300 SOA ns.shop.example. h.shop.example. 1 7200 900 1209600 30';
const NO_NAME: Said = { rcode: Rcode.NXDOMAIN, authority: [SOA] };
const NO_DATA: Said = { authority: [SOA] };

const WORLD: World = {
  [ROOT]: TO_TLD,
  [TLD]: TO_SHOP,
  [`${SHOP} www.shop.example. A`]: WWW,
  [SHOP]: NO_NAME,
};

const ANSWER = ['NOERROR', 'www.shop.example. 60 IN A 203.0.113.80'];

describe('from the root', () => {
  test('three servers are asked, and the third knows', () => {
    const bench = new ResolverBench(WORLD);
    expect(bench.ask('www.shop.example')).toEqual(ANSWER);
    expect(bench.asked).toEqual([
      `${ROOT} www.shop.example. A`,
      `${TLD} www.shop.example. A`,
      `${SHOP} www.shop.example. A`,
    ]);
  });

  test('with minimised names each is asked for one label more: RFC 9156', () => {
    const bench = new ResolverBench(WORLD, { minimises: 'relaxed' });
    expect(bench.ask('www.shop.example')).toEqual(ANSWER);
    expect(bench.asked).toEqual([
      `${ROOT} example. A`,
      `${TLD} shop.example. A`,
      `${SHOP} www.shop.example. A`,
    ]);
  });

  test.each([
    { minimises: 'relaxed', answer: 'NOERROR', questions: 4 },
    { minimises: 'strict', answer: 'NXDOMAIN', questions: 3 },
  ] as const)(
    'a server that denies a name above: $minimises gives $answer',
    ({ minimises, answer, questions }) => {
      const deep = { answer: ['a.b.shop.example 60 A 203.0.113.81'] };
      const bench = new ResolverBench({ ...WORLD, [`${SHOP} a.b.shop.example. A`]: deep }, { minimises });
      expect(bench.ask('a.b.shop.example')[0]).toBe(answer);
      expect(bench.asked.length).toBe(questions);
    },
  );

  test.each([
    {
      name: 'kept for no time',
      said: NO_NAME,
      change: { negativeTtlMax: 0 },
      answer: 'NXDOMAIN',
      questions: 3,
    },
    {
      name: 'of the end of its alias alone',
      said: { ...NO_NAME, answer: ['b.shop.example 60 CNAME gone.shop.example.'] },
      change: {},
      answer: 'NOERROR',
      questions: 4,
    },
  ])('strict: a name above is denied, $name', ({ said, change, answer, questions }) => {
    const deep = { answer: ['a.b.shop.example 60 A 203.0.113.81'] };
    const world = { ...WORLD, [`${SHOP} a.b.shop.example. A`]: deep, [`${SHOP} b.shop.example. A`]: said };
    const bench = new ResolverBench(world, { minimises: 'strict', ...change });
    expect(bench.ask('a.b.shop.example')[0]).toBe(answer);
    expect(bench.asked.length).toBe(questions);
  });

  test('a name server without glue is looked up first', () => {
    const away: World = {
      ...WORLD,
      [`${TLD} www.far.example. A`]: { aa: false, authority: ['far.example 3600 NS www.shop.example.'] },
      '203.0.113.80': { answer: ['www.far.example 60 A 203.0.113.99'] },
    };
    const bench = new ResolverBench(away);
    expect(bench.ask('www.far.example')).toEqual(['NOERROR', 'www.far.example. 60 IN A 203.0.113.99']);
    expect(bench.rules).toContain(RESOLVER.glueless.id);
  });

  test('the second question to a zone begins at its servers', () => {
    const bench = new ResolverBench(WORLD);
    bench.ask('www.shop.example');
    bench.asked.length = 0;
    bench.ask('mail.shop.example');
    expect(bench.asked).toEqual([`${SHOP} mail.shop.example. A`]);
  });
});

describe('time in the cache', () => {
  test('a TTL counts down, and at its end the server is asked again', () => {
    const bench = new ResolverBench(WORLD);
    bench.ask('www.shop.example');
    bench.wait(25);
    expect(bench.ask('www.shop.example')).toEqual(['NOERROR', 'www.shop.example. 35 IN A 203.0.113.80']);
    expect(bench.asked.length).toBe(3);
    bench.wait(35);
    expect(bench.ask('www.shop.example')).toEqual(ANSWER);
    expect(bench.asked.length).toBe(4);
  });

  test.each([
    { name: 'at least', change: { ttlMin: 300 }, ttl: 300 },
    { name: 'at most', change: { ttlMax: 10 }, ttl: 10 },
  ])('$name as long as the operator says', ({ change, ttl }) => {
    const bench = new ResolverBench(WORLD, change);
    expect(bench.ask('www.shop.example')).toEqual(['NOERROR', `www.shop.example. ${ttl} IN A 203.0.113.80`]);
    bench.wait(ttl - 1).ask('www.shop.example');
    expect(bench.asked.length).toBe(3);
    bench.wait(1.5).ask('www.shop.example');
    expect(bench.asked.slice(3)).toContain(`${SHOP} www.shop.example. A`);
  });

  test.each([
    { name: 'no such name', said: NO_NAME, rcode: 'NXDOMAIN' },
    { name: 'no such type', said: NO_DATA, rcode: 'NOERROR' },
  ])('$name is kept for the lesser of the SOA’s TTL and its minimum: RFC 2308 §5', ({ said, rcode }) => {
    const bench = new ResolverBench({ ...WORLD, [SHOP]: said });
    const lines = bench.ask('none.shop.example', 'AAAA');
    expect(lines[0]).toBe(rcode);
    expect(lines[1]).toMatch(/^shop\.example\. 30 IN SOA /);
    bench.wait(29).ask('none.shop.example', 'AAAA');
    expect(bench.asked.length).toBe(3);
    bench.wait(2).ask('none.shop.example', 'AAAA');
    expect(bench.asked.length).toBe(4);
  });

  test('nothing is below a name that is not: RFC 8020', () => {
    const bench = new ResolverBench(WORLD);
    bench.ask('none.shop.example');
    expect(bench.ask('a.b.none.shop.example')[0]).toBe('NXDOMAIN');
    expect(bench.asked.length).toBe(3);
  });

  test('a TTL of zero is for the one who asked', () => {
    const said = { answer: ['www.shop.example 0 A 203.0.113.80'] };
    const bench = new ResolverBench({ ...WORLD, [`${SHOP} www.shop.example. A`]: said });
    bench.ask('www.shop.example');
    bench.ask('www.shop.example');
    expect(bench.asked.length).toBe(4);
  });

  test('what is asked for near its end is fetched before it ends', () => {
    const bench = new ResolverBench(WORLD, { prefetches: true });
    bench.ask('www.shop.example');
    bench.wait(55);
    expect(bench.ask('www.shop.example')[1]).toMatch(/ 5 IN A /);
    bench.wait(1);
    expect(bench.ask('www.shop.example')[1]).toMatch(/ 59 IN A /);
    expect(bench.asked.length).toBe(4);
  });

  test('the one not asked for longest goes first', () => {
    const bench = new ResolverBench(
      { ...WORLD, [SHOP]: { answer: [], authority: [SOA] } },
      { entriesMax: 8 },
    );
    for (let index = 0; index < 50; index++) bench.ask(`n${index}.shop.example`);
    expect(bench.recursor.figures.remembered).toBeLessThanOrEqual(8);
  });
});

describe('old answers: RFC 8767', () => {
  const stale = { staleSeconds: 86_400 };

  test('help when nobody answers in time, with 30 seconds to live', () => {
    const bench = new ResolverBench(WORLD, { ...stale, staleAfterUs: 500_000 });
    bench.ask('www.shop.example');
    bench.world = { ...WORLD, [`${SHOP} www.shop.example. A`]: 'silence' };
    bench.wait(100);
    const before = bench.seconds;
    expect(bench.ask('www.shop.example')).toEqual(['NOERROR', 'www.shop.example. 30 IN A 203.0.113.80']);
    expect(bench.seconds - before).toBeCloseTo(0.5, 5);
    expect(bench.rules).toContain(RESOLVER.stale.id);
  });

  test('do not help when they are too old', () => {
    const bench = new ResolverBench(WORLD, { staleSeconds: 50 });
    bench.ask('www.shop.example');
    bench.world = { ...WORLD, [`${SHOP} www.shop.example. A`]: 'silence' };
    bench.wait(111);
    expect(bench.ask('www.shop.example')).toEqual(['SERVFAIL']);
  });

  test('are not given while a fresh one comes in time', () => {
    const bench = new ResolverBench(WORLD, stale);
    bench.ask('www.shop.example');
    bench.wait(100);
    expect(bench.ask('www.shop.example')).toEqual(ANSWER);
    expect(bench.rules).not.toContain(RESOLVER.stale.id);
  });
});

describe('whom to believe: RFC 2181 §5.4.1', () => {
  test('an address of another zone beside an answer is thrown away', () => {
    const lie: Said = {
      ...WWW,
      authority: ['shop.example 3600 NS www.bank.example.'],
      additional: ['www.bank.example 3600 A 203.0.113.66'],
    };
    const bench = new ResolverBench({
      ...WORLD,
      [`${SHOP} www.shop.example. A`]: lie,
      [`${TLD} www.bank.example. A`]: { answer: ['www.bank.example 60 A 192.0.2.99'] },
    });
    bench.ask('www.shop.example');
    expect(bench.rules).toContain(RESOLVER.outside.id);
    expect(bench.ask('www.bank.example')).toEqual(['NOERROR', 'www.bank.example. 60 IN A 192.0.2.99']);
  });

  test('a zone that was taken away does not live on by what it says of itself', () => {
    const own = { ...WWW, authority: ['shop.example 3600 NS ns.shop.example.'] };
    const bench = new ResolverBench({
      ...WORLD,
      [`${SHOP} www.shop.example. A`]: own,
      [`${SHOP} ns.shop.example. A`]: { answer: [`ns.shop.example 86400 A ${SHOP}`] },
    });
    bench.ask('www.shop.example');
    bench.ask('ns.shop.example');
    const soa = 'example 300 SOA ns.nic.example. h.example. 1 7200 900 1209600 30';
    bench.world = { ...bench.world, [TLD]: { rcode: Rcode.NXDOMAIN, authority: [soa] } };
    // Asked again and again, its server names itself each time; at the end of the first hour the parent is asked.
    for (let asked = 0; asked < 3; asked++) expect(bench.wait(1_100).ask('www.shop.example')).toEqual(ANSWER);
    expect(bench.wait(400).ask('www.shop.example')[0]).toBe('NXDOMAIN');
  });

  test('an alias’s end in another zone is asked for there, whatever the first server says of it', () => {
    const lie: Said = {
      answer: ['www.shop.example 60 CNAME www.bank.example.', 'www.bank.example 60 A 203.0.113.66'],
    };
    const bench = new ResolverBench({
      ...WORLD,
      [`${SHOP} www.shop.example. A`]: lie,
      [`${TLD} www.bank.example. A`]: { answer: ['www.bank.example 60 A 192.0.2.99'] },
    });
    expect(bench.ask('www.shop.example')).toEqual([
      'NOERROR',
      'www.shop.example. 60 IN CNAME www.bank.example.',
      'www.bank.example. 60 IN A 192.0.2.99',
    ]);
  });

  test('glue is no answer: the zone itself is asked', () => {
    const own = { answer: ['ns.shop.example 60 A 203.0.113.53'] };
    const bench = new ResolverBench({ ...WORLD, [`${SHOP} ns.shop.example. A`]: own });
    bench.ask('www.shop.example');
    expect(bench.ask('ns.shop.example')).toEqual(['NOERROR', 'ns.shop.example. 60 IN A 203.0.113.53']);
    expect(bench.asked.at(-1)).toBe(`${SHOP} ns.shop.example. A`);
  });

  test.each([
    { name: 'another ID', change: (query: { id: number }) => ({ id: query.id ^ 1 }) },
    { name: 'another question', change: () => ({ questions: [] }) },
    { name: 'no response at all', change: () => ({ flags: 0 }) },
  ])('a datagram with $name is no answer', ({ change }) => {
    const bench = new ResolverBench({ ...WORLD, [`${SHOP} www.shop.example. A`]: { ...WWW, change } });
    expect(bench.ask('www.shop.example')).toEqual(['SERVFAIL']);
    expect(bench.rules).toContain(RESOLVER.forged.id);
  });
});

describe('servers', () => {
  const TWO: Said = {
    aa: false,
    authority: ['shop.example 3600 NS ns.shop.example.', 'shop.example 3600 NS ns2.shop.example.'],
    additional: [`ns.shop.example 3600 A ${SHOP}`, `ns2.shop.example 3600 A ${OTHER}`],
  };

  test.each([
    { name: 'is silent', said: 'silence', rule: RESOLVER.silent },
    { name: 'refuses', said: { aa: false, rcode: Rcode.REFUSED }, rule: RESOLVER.lame },
    { name: 'fails', said: { aa: false, rcode: Rcode.SERVFAIL }, rule: RESOLVER.lame },
    { name: 'sends us back up', said: TO_TLD, rule: RESOLVER.lame },
    { name: 'knows nothing of the zone', said: { aa: false }, rule: RESOLVER.lame },
  ] as const)('one $name: the other answers, and is preferred from then on', ({ said, rule }) => {
    const bench = new ResolverBench({ ...WORLD, [TLD]: TWO, [SHOP]: said, [OTHER]: NO_NAME });
    for (let index = 0; index < 20; index++) bench.ask(`n${index}.shop.example`);
    const toFirst = bench.asked.filter((text) => text.startsWith(SHOP)).length;
    expect(toFirst).toBeLessThanOrEqual(2);
    if (toFirst > 0) expect(bench.rules).toContain(rule.id);
  });

  test('all silent: SERVFAIL, and the next question is answered without asking anybody', () => {
    const bench = new ResolverBench({ ...WORLD, [`${SHOP} www.shop.example. A`]: 'silence' });
    expect(bench.ask('www.shop.example')).toEqual(['SERVFAIL']);
    const { length } = bench.asked;
    expect(bench.ask('www.shop.example')).toEqual(['SERVFAIL']);
    expect(bench.asked.length).toBe(length);
    expect(bench.wait(6).ask('www.shop.example')).toEqual(['SERVFAIL']);
    expect(bench.asked.length).toBeGreaterThan(length);
  });
});

describe('work is bounded', () => {
  test('aliases that point to each other', () => {
    const bench = new ResolverBench({
      ...WORLD,
      [`${SHOP} a.shop.example. A`]: { answer: ['a.shop.example 60 CNAME b.shop.example.'] },
      [`${SHOP} b.shop.example. A`]: { answer: ['b.shop.example 60 CNAME a.shop.example.'] },
    });
    expect(bench.ask('a.shop.example')).toEqual(['SERVFAIL']);
    expect(bench.asked.length).toBeLessThan(20);
  });

  test('zones served by names in each other', () => {
    const bench = new ResolverBench({
      [ROOT]: TO_TLD,
      [`${TLD} www.one.example. A`]: { aa: false, authority: ['one.example 60 NS ns.two.example.'] },
      [`${TLD} ns.one.example. A`]: { aa: false, authority: ['one.example 60 NS ns.two.example.'] },
      [`${TLD} ns.two.example. A`]: { aa: false, authority: ['two.example 60 NS ns.one.example.'] },
    });
    expect(bench.ask('www.one.example')).toEqual(['SERVFAIL']);
    expect(bench.rules).toContain(RESOLVER.loop.id);
    expect(bench.asked.length).toBeLessThan(20);
  });

  test('a zone served by many names that cost a search each', () => {
    const names = Array.from({ length: 40 }, (_, index) => `evil.example 60 NS n${index}.shop.example.`);
    const bench = new ResolverBench({
      ...WORLD,
      [`${TLD} x.evil.example. A`]: { aa: false, authority: names },
      [SHOP]: NO_NAME,
    });
    expect(bench.ask('x.evil.example')).toEqual(['SERVFAIL']);
    expect(bench.asked.length).toBeLessThanOrEqual(64);
  });
});
