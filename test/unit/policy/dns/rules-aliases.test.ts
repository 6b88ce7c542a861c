import { describe, expect, test } from 'vitest';
import { PolicyLab } from '../../../support/policy-lab.ts';

const RECORDS = 'plain 77 A 10.0.0.70\nplain A 10.0.0.71\nweb CNAME plain\n';

function lab(routing: string, records = RECORDS): PolicyLab {
  return new PolicyLab(`routing:\n${routing}`, { records });
}

const text = (mistakes: readonly string[]) => mistakes.map((mistake) => mistake.replace(/^\S+ /, ''));

describe('rule 26: an alias gives the data of another name of the zone under its own', () => {
  test('records: data and TTL are the target’s, the owner is the alias', () => {
    const one = lab('  www: { type: A, policy: simple, targets: { a: { alias: plain } } }');
    expect(one.ask('www A').answer).toEqual([
      'www.lab.example. 77 A 10.0.0.70',
      'www.lab.example. 77 A 10.0.0.71',
    ]);
  });

  test('a group: what that comes to, with its TTL', () => {
    const one = lab(`
  www: { type: A, policy: weighted, ttl: 10s, targets: { a: { alias: group } } }
  group: { type: A, policy: failover, ttl: 40s, targets: { a: { data: 10.0.0.1 } } }`);
    expect(one.ask('www A').answer).toEqual(['www.lab.example. 40 A 10.0.0.1']);
  });

  test('at the top of the zone', () => {
    const one = lab('  "@": { type: A, policy: simple, targets: { a: { alias: plain } } }');
    expect(one.ask('@ A').answer[0]).toBe('lab.example. 77 A 10.0.0.70');
  });

  test.each([
    {
      name: 'nothing is there',
      routing: '  www: { type: A, policy: simple, targets: { a: { alias: nowhere } } }',
      throws: 'www.lab.example. has an alias to nowhere.lab.example., which has no records of type A',
    },
    {
      name: 'another type is there',
      routing: '  www: { type: AAAA, policy: simple, targets: { a: { alias: plain } } }',
      throws: 'no records of type AAAA',
    },
    {
      name: 'a CNAME is there',
      routing: '  www: { type: A, policy: simple, targets: { a: { alias: web } } }',
      throws: 'no records of type A',
    },
  ])('refused: $name', ({ routing, throws }) => {
    expect(() => lab(routing)).toThrow(throws);
  });

  test.each([
    {
      name: 'out of the zone',
      routing: '  www: { type: A, policy: simple, targets: { a: { alias: x.example. } } }',
      says: '"x.example." is not in this zone',
    },
    {
      name: 'NS',
      routing: '  www: { type: NS, policy: simple, targets: { a: { alias: plain } } }',
      says: 'no policy chooses NS',
    },
    {
      name: 'SOA',
      routing: '  www: { type: SOA, policy: simple, targets: { a: { alias: plain } } }',
      says: 'no policy chooses SOA',
    },
    {
      name: 'data and an alias',
      routing: '  www: { type: A, policy: simple, targets: { a: { alias: plain, data: 10.0.0.1 } } }',
      says: 'a target has data or an alias, one of the two',
    },
    {
      name: 'a CNAME at the top',
      routing: '  "@": { type: CNAME, policy: simple, targets: { a: { data: plain } } }',
      says: 'no CNAME stands at the top of a zone',
    },
  ])('a mistake: $name', ({ routing, says }) => {
    expect(text(lab(routing).mistakes)).toEqual([says]);
  });

  test('records that go by an update are NODATA from then on', () => {
    const one = lab('  www: { type: A, policy: simple, targets: { a: { alias: plain } } }');
    const bare = new PolicyLab('routing: {}');
    const routing = one.rrset('www A').routing!;
    const asker = { source: 1 as never, subnet: undefined, dnssecOk: false, now: 0 as never };
    const reasons = { explains: false, because: () => {} };
    expect(routing.choose(bare.zone, asker, { prefixLength: 0 }, reasons)).toBe('no-data');
  });
});

const NESTED = (evaluate: string, check = '') => `
  www: { type: A, policy: failover, targets: { near: { alias: group, evaluate: ${evaluate}${check} }, far: { data: 10.0.0.9 } } }
  group: { type: A, policy: weighted, targets: { a: { data: 10.0.0.1, check: a }, b: { data: 10.0.0.2, check: b } } }`;

describe('rule 27: whether an alias looks at the health behind it', () => {
  test.each([
    { evaluate: 'true', check: '', down: '', given: 'near' },
    { evaluate: 'true', check: '', down: 'a', given: 'near' },
    { evaluate: 'true', check: '', down: 'ab', given: 'far' },
    { evaluate: 'false', check: '', down: 'ab', given: 'near' },
    { evaluate: 'true', check: ', check: c', down: '', given: 'near' },
    { evaluate: 'true', check: ', check: c', down: 'c', given: 'far' },
    { evaluate: 'false', check: ', check: c', down: 'c', given: 'far' },
    { evaluate: 'true', check: ', check: c', down: 'ab', given: 'far' },
  ])('evaluate $evaluate$check, down "$down": $given', ({ evaluate, check, down, given }) => {
    const one = lab(NESTED(evaluate, check));
    for (const name of down) one.health.down.add(name);
    const [data] = one.data('www A');
    expect(data === '10.0.0.9' ? 'far' : 'near').toBe(given);
  });

  test('without evaluation the branch fails open inside', () => {
    const one = lab(NESTED('false'));
    one.health.down.add('a').add('b');
    expect(one.ask('www A').rules).toEqual([
      'HE-ROUTE-011',
      'HE-ROUTE-011',
      'HE-ROUTE-013',
      'HE-ROUTE-002',
      'HE-ROUTE-010',
      'HE-ROUTE-004',
      'HE-DNS-001',
    ]);
  });

  test('records behind an alias have no checks: it is healthy', () => {
    const one = lab(
      '  www: { type: A, policy: failover, targets: { a: { alias: plain }, b: { data: 10.0.0.9 } } }',
    );
    expect(one.data('www A')).toEqual(['10.0.0.70', '10.0.0.71']);
  });
});

/** As in the guide's example of a tree that is backed out of: latency over two regions, each a weighted group. */
const TREE = new PolicyLab(`
regions: { eu: {}, us: {} }
locations: { berlin: { networks: 10.1.0.0/16, latency: { eu: 20ms, us: 90ms } } }
latency-default: { eu: 50ms, us: 50ms }
routing:
  www: { type: A, policy: latency, targets: { europe: { region: eu, alias: eu }, america: { region: us, alias: us } } }
  eu: { type: A, policy: weighted, targets: { one: { data: 10.0.0.1, check: a }, two: { data: 10.0.0.2, check: b } } }
  us: { type: A, policy: weighted, targets: { three: { data: 10.0.0.3, check: c }, four: { data: 10.0.0.4, check: d } } }`);

describe('rule 28: out of a branch that is down, in the order of visits', () => {
  test('best region, its two targets down, leave it, next region, a healthy one', () => {
    TREE.health.down.add('a').add('b').add('d');
    const { details, answer, rules } = TREE.ask('www A', { from: '10.1.0.1' });
    const visits = details.slice(0, -1).map((detail) => detail.replace(/^(\S+?)[.]lab.*: (\w+).*$/, '$1 $2'));
    const inEurope = visits.slice(0, 2);
    expect(inEurope.toSorted()).toEqual(['eu one', 'eu two']);
    expect(rules.slice(0, 3)).toEqual(['HE-ROUTE-011', 'HE-ROUTE-011', 'HE-ROUTE-012']);
    expect(visits[2]).toBe('www europe');
    expect(visits.slice(3).filter((visit) => visit !== 'us four')).toEqual([
      'us three',
      'www america',
      'www america',
    ]);
    expect(answer).toEqual(['www.lab.example. 60 A 10.0.0.3']);
  });

  test('the explanation numbers the visits', () => {
    const routing = TREE.rrset('www A').routing as never as {
      explain(zone: unknown, asker: unknown): { passes: readonly { targets: readonly Step[] }[] };
    };
    interface Step {
      id: string;
      verdict: string;
      visit: number | undefined;
      branch: readonly { targets: readonly Step[] }[];
    }
    const asker = { source: (10 << 24) | (1 << 16) | 1, subnet: undefined, dnssecOk: false, now: 0 };
    const flat = (steps: readonly { targets: readonly Step[] }[]): Step[] =>
      steps.flatMap(({ targets }) => targets.flatMap((target) => [target, ...flat(target.branch)]));
    const order = flat(routing.explain(TREE.zone, asker).passes)
      .filter(({ visit }) => visit !== undefined)
      .toSorted((a, b) => a.visit! - b.visit!)
      .map(({ id, verdict }) => `${id}: ${verdict}`);
    expect(order[0]).toBe('europe: branch down');
    expect(order.slice(1, 3).toSorted()).toEqual(['one: down', 'two: down']);
    expect(order[3]).toBe('america: chosen');
    expect(order.at(-1)).toBe('three: chosen');
  });

  test('all down: open, by the policy of each group', () => {
    TREE.health.down.add('c');
    const seen = TREE.ask('www A', { from: '10.1.0.1' });
    expect(['10.0.0.1', '10.0.0.2']).toContain(seen.answer[0]!.split(' ')[3]);
    expect(seen.rules).toContain('HE-ROUTE-013');
  });
});

const chain = (count: number) =>
  Array.from(
    { length: count },
    (_, index) =>
      `  n${index}: { type: A, policy: simple, targets: { a: { ${index + 1 === count ? 'data: 10.0.0.1' : `alias: n${index + 1}`} } } }`,
  ).join('\n');

describe('rule 29: circles and depth are found when the file is read', () => {
  test('to itself, and by way of another', () => {
    const self = lab('  n0: { type: A, policy: simple, targets: { a: { alias: n0 } } }');
    expect(text(self.mistakes)).toEqual(['the alias leads back to where it is']);
    const two = lab(`
  n0: { type: A, policy: simple, targets: { a: { alias: n1 } } }
  n1: { type: A, policy: simple, targets: { a: { alias: n0 } } }`);
    expect(new Set(text(two.mistakes))).toEqual(new Set(['the alias leads back to where it is']));
  });

  test('sixteen deep is answered, seventeen is a mistake', () => {
    expect(lab(chain(16)).data('n0 A')).toEqual(['10.0.0.1']);
    expect(text(lab(chain(17)).mistakes)).toEqual(['aliases are 17 deep']);
  });

  test('a group may be reached by two ways', () => {
    const diamond = lab(`
  top: { type: A, policy: failover, targets: { a: { alias: left }, b: { alias: right } } }
  left: { type: A, policy: failover, targets: { a: { alias: end } } }
  right: { type: A, policy: failover, targets: { a: { alias: end } } }
  end: { type: A, policy: simple, targets: { a: { data: 10.0.0.1, check: a } } }`);
    expect(diamond.mistakes).toEqual([]);
    diamond.health.down.add('a');
    expect(diamond.data('top A')).toEqual(['10.0.0.1']);
  });
});

describe('rule 30: groups of CNAMEs', () => {
  const cnames = lab(`
  app: { type: CNAME, policy: failover, ttl: 30s, targets: { a: { data: plain, check: a }, b: { data: away.example. } } }
  near:
    type: CNAME
    policy: ip
    targets: { a: { networks: 10.1.0.0/16, data: plain }, b: { networks: "*", data: away.example. } }`);

  test('the chosen one is followed inside of the zone', () => {
    expect(cnames.ask('app A').answer).toEqual([
      'app.lab.example. 30 CNAME plain.lab.example.',
      'plain.lab.example. 77 A 10.0.0.70',
      'plain.lab.example. 77 A 10.0.0.71',
    ]);
    cnames.health.down.add('a');
    expect(cnames.ask('app A').answer).toEqual(['app.lab.example. 30 CNAME away.example.']);
    cnames.health.down.clear();
  });

  test.each(['CNAME', 'ANY'])('%s gives the alias alone', (type) => {
    expect(cnames.ask(`app ${type}`).answer).toEqual(['app.lab.example. 30 CNAME plain.lab.example.']);
  });

  test('chosen for a network it goes alone: RFC 7871 §7.2.1', () => {
    const seen = cnames.ask('near A', { subnet: '10.1.0.0/24' });
    expect(seen.answer).toEqual(['near.lab.example. 60 CNAME plain.lab.example.']);
    expect(seen.scope).toBe(16);
    expect(seen.rules).toContain('HE-ROUTE-018');
    expect(cnames.ask('near A', { from: '10.1.0.1' }).answer).toHaveLength(3);
  });

  test('nothing else lives at the name', () => {
    const both = lab(`
  app:
    - { type: CNAME, policy: simple, targets: { a: { data: plain } } }
    - { type: A, policy: simple, targets: { a: { data: 10.0.0.1 } } }`);
    expect(text(both.mistakes)).toEqual(['app.lab.example. A: CNAME stands there already']);
    expect(() => lab('  plain: { type: CNAME, policy: simple, targets: { a: { data: web } } }')).toThrow();
  });

  test('one record a target, and never many', () => {
    const many = lab('  app: { type: CNAME, policy: multivalue, targets: { a: { data: plain } } }');
    expect(text(many.mistakes)).toEqual(['an alias has one record (RFC 2181 §10.1)']);
  });
});

describe('rules 31 and 34: what is not there', () => {
  const some = lab(`
  www: { type: A, policy: ip, targets: { a: { networks: 10.1.0.0/16, data: 10.0.0.1 } } }
  down: { type: A, policy: failover, when-all-down: nodata, targets: { a: { data: 10.0.0.1, check: a } } }`);

  test('rule 31: another type of a name with a policy is NODATA with the SOA, never NXDOMAIN', () => {
    expect(some.ask('www AAAA')).toMatchObject({
      rcode: 'NOERROR',
      answer: [],
      authority: [expect.stringMatching(/^lab\.example\. 60 SOA /)],
    });
    expect(some.ask('nobody A').rcode).toBe('NXDOMAIN');
  });

  test('rule 31: an empty choice is NODATA, kept for the lesser of the SOA’s TTL and its MINIMUM', () => {
    some.health.down.add('a');
    expect(some.ask('down A')).toMatchObject({
      rcode: 'NOERROR',
      authority: [expect.stringMatching(/^lab\.example\. 60 SOA .* 60$/)],
    });
  });

  test.each(['www AAAA', 'www A', 'nobody A'])('rule 34: %s that is not there has scope 0', (question) => {
    const seen = some.ask(question, { subnet: '198.51.100.0/24' });
    expect(seen.answer).toEqual([]);
    expect(seen.scope).toBe(0);
  });

  test('rule 34: a delegation has scope 0', () => {
    const cut = lab(
      '  www: { type: A, policy: simple, targets: { a: { data: 10.0.0.1 } } }',
      'sub NS ns.sub\nns.sub A 10.0.0.8',
    );
    expect(cut.ask('x.sub A', { subnet: '198.51.100.0/24' })).toMatchObject({
      rcode: 'NOERROR',
      answer: [],
      scope: 0,
    });
  });

  test('rule 34: data for some and none for others is a warning, since none is kept for all', () => {
    expect(some.warnings).toEqual([expect.stringContaining('HE-ROUTE-031')]);
  });
});
