import { describe, expect, test } from 'vitest';
import { ALL_HEALTHY } from '../../../../src/policy/dns/health-view.ts';
import { PolicyLab } from '../../../support/policy-lab.ts';

const group = (policy: string, targets: string, more = '') =>
  new PolicyLab(
    `routing: { www: { type: A, policy: ${policy}, ttl: 30s, ${more} targets: { ${targets} } } }`,
  );

const TWO = 'a: { data: 10.0.0.1, check: a }, b: { data: 10.0.0.2, check: b }';

describe('rule 1: a group is one name, one type, one policy, and its targets have identifiers of their own', () => {
  test.each([
    {
      name: 'two policies at one name and type',
      routing: `
  www:
    - { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 } } }
    - { type: A, policy: failover, targets: { a: { data: 10.0.0.2 } } }`,
      mistake: '4:7 www.lab.example. A mixes the policies weighted and failover',
    },
    {
      name: 'two groups of one policy',
      routing: `
  www:
    - { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 } } }
    - { type: A, policy: weighted, targets: { b: { data: 10.0.0.2 } } }`,
      mistake: '4:7 www.lab.example. A has two groups',
    },
    {
      name: 'the same name in other letters',
      routing: `
  www: { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 } } }
  WWW: { type: A, policy: latency, targets: {} }`,
      throws: '1 to 100 targets',
    },
  ])('$name', ({ routing, mistake, throws }) => {
    if (throws !== undefined) expect(() => new PolicyLab(`routing:${routing}`)).toThrow(throws);
    else expect(new PolicyLab(`routing:${routing}`).mistakes).toEqual([mistake]);
  });

  test('an identifier twice is a key twice', () => {
    expect(() => group('weighted', 'a: { data: 10.0.0.1 }, a: { data: 10.0.0.2 }')).toThrow('is there twice');
  });

  test('a policy and plain records of a zone file', () => {
    const yaml = 'routing: { www: { type: A, policy: simple, targets: { a: { data: 10.0.0.1 } } } }';
    expect(() => new PolicyLab(yaml, { records: 'www A 10.0.0.9' })).toThrow('records or a policy');
  });
});

test('rule 2: a target without a check is always healthy', () => {
  const lab = group('failover', 'a: { data: 10.0.0.1 }, b: { data: 10.0.0.2, check: b }');
  for (const name of lab.health.names) lab.health.down.add(name);
  expect(lab.data('www A')).toEqual(['10.0.0.1']);
});

describe('rule 3: the policy chooses first, then health is looked at, then it chooses again among the rest', () => {
  test('failover steps on', () => {
    const lab = group('failover', TWO);
    lab.health.down.add('a');
    const { answer, rules } = lab.ask('www A');
    expect(answer).toEqual(['www.lab.example. 30 A 10.0.0.2']);
    expect(rules).toEqual(['HE-ROUTE-011', 'HE-ROUTE-004', 'HE-DNS-001']);
  });

  test('weighted: as if drawn once among the healthy ones', () => {
    const lab = group('weighted', `${TWO}, c: { data: 10.0.0.3, check: c, weight: 2 }`);
    lab.health.down.add('b');
    const drawn = lab.draw('www A', 3_000).map(([first]) => first!);
    expect(drawn.filter((index) => index === 1)).toEqual([]);
    const share = drawn.filter((index) => index === 0).length / drawn.length;
    expect(Math.abs(share - 1 / 3)).toBeLessThan(0.05);
  });
});

describe('rule 4: nothing healthy', () => {
  test.each([
    { when: '', rcode: 'NOERROR', data: ['10.0.0.1'], authority: 0, rule: 'HE-ROUTE-013' },
    {
      when: 'when-all-down: open,',
      rcode: 'NOERROR',
      data: ['10.0.0.1'],
      authority: 0,
      rule: 'HE-ROUTE-013',
    },
    { when: 'when-all-down: nodata,', rcode: 'NOERROR', data: [], authority: 1, rule: 'HE-ROUTE-014' },
    { when: 'when-all-down: servfail,', rcode: 'SERVFAIL', data: [], authority: 0, rule: 'HE-ROUTE-015' },
  ])('$when $rcode $data', ({ when, rcode, data, authority, rule }) => {
    const lab = group('failover', TWO, when);
    lab.health.down.add('a').add('b');
    const seen = lab.ask('www A');
    expect(seen.rcode).toBe(rcode);
    expect(lab.data('www A')).toEqual(data);
    expect(seen.authority).toHaveLength(authority);
    expect(seen.rules).toContain(rule);
  });

  test.each(['weighted', 'multivalue', 'simple'])('%s fails open too', (policy) => {
    const lab = group(policy, 'a: { data: 10.0.0.1, check: a }');
    lab.health.down.add('a');
    expect(lab.data('www A')).toEqual(['10.0.0.1']);
  });
});

test('rule 5: health is stored state: a question asks the view and nothing else, and is answered at once', () => {
  const lab = group('failover', TWO);
  const { rcode } = lab.ask('www A');
  expect(rcode).toBe('NOERROR');
  // The primary is healthy: the secondary was not even looked at.
  expect(lab.health.asked).toBe(1);
});

test('rule 6: until somebody probes, every target is healthy', () => {
  expect(ALL_HEALTHY.isHealthy(0)).toBe(true);
  expect(ALL_HEALTHY.explain(3).reason).toBe('nothing probes it');
  const lab = group('failover', TWO);
  lab.policies.health.current = ALL_HEALTHY;
  lab.health.down.add('a');
  expect(lab.data('www A')).toEqual(['10.0.0.1']);
});

describe('rules 7 to 10: how a check came to its state is nothing to a policy: it sees up or down at the next question', () => {
  test('a flip is seen at once, both ways', () => {
    const lab = group('failover', TWO);
    const seen = [true, false, true, false].map((isUp) => {
      if (isUp) lab.health.down.delete('a');
      else lab.health.down.add('a');
      return lab.data('www A')[0];
    });
    expect(seen).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.2']);
  });

  test('the number of a check is its place among those of the server', () => {
    const lab = group('failover', 'x: { data: 10.0.0.1, check: l }, y: { data: 10.0.0.2 }');
    lab.health.down.add('l');
    expect(lab.data('www A')).toEqual(['10.0.0.2']);
  });

  test('an unknown check is a mistake at its place', () => {
    const lab = group('simple', 'x: { data: 10.0.0.1, check: nobody }');
    expect(lab.mistakes).toEqual([expect.stringMatching(/^1:\d+ "nobody" is no check of this server$/)]);
  });
});

describe('rule 35: TTLs', () => {
  test('more than a minute with a check is a warning', () => {
    const slow = new PolicyLab(
      'routing: { www: { type: A, policy: weighted, ttl: 5m, targets: { a: { data: 10.0.0.1, check: a } } } }',
    );
    expect(slow.warnings).toEqual(['1 HE-ROUTE-032 www.lab.example.: a ttl of 300 s']);
    expect(group('weighted', TWO).warnings).toEqual([]);
  });

  test('different TTLs are made equal, to the least, and that is said', () => {
    const lab = group('multivalue', 'a: { data: 10.0.0.1, ttl: 20s }, b: { data: 10.0.0.2, ttl: 40s }');
    expect(lab.warnings).toEqual(['1 HE-ROUTE-033 www.lab.example.: 20 s is used for all']);
    expect(lab.ask('www A').answer.map((record) => record.split(' ')[1])).toEqual(['20', '20']);
  });

  test.each([
    { seconds: 100, ttl: '60' },
    { seconds: 45.9, ttl: '45' },
    { seconds: 30, ttl: '30' },
    { seconds: 7, ttl: '30' },
  ])('as gdnsd: a check that may change in $seconds s makes the TTL $ttl', ({ seconds, ttl }) => {
    const lab = new PolicyLab(
      'routing: { www: { type: A, policy: failover, ttl: 60s, ttl-min: 30s, targets: { a: { data: 10.0.0.1, check: a }, b: { data: 10.0.0.2 } } } }',
    );
    lab.health.seconds.set('a', seconds);
    expect(lab.ask('www A').answer).toEqual([`www.lab.example. ${ttl} A 10.0.0.1`]);
  });

  test('the least of all that were looked at', () => {
    const lab = new PolicyLab(
      `routing: { www: { type: A, policy: failover, ttl: 60s, ttl-min: 5s, targets: { ${TWO} } } }`,
    );
    lab.health.seconds.set('a', 50).set('b', 12);
    lab.health.down.add('a');
    expect(lab.ask('www A').answer).toEqual(['www.lab.example. 12 A 10.0.0.2']);
    lab.health.down.clear();
    expect(lab.ask('www A').answer).toEqual(['www.lab.example. 50 A 10.0.0.1']);
  });
});

describe('rule 36: signed zones', () => {
  test('a name with a policy has every type that a policy could give', () => {
    const lab = new PolicyLab(`
routing:
  www:
    - { type: A, policy: geolocation, targets: { a: { place: EU, data: 10.0.0.1 } } }
    - { type: AAAA, policy: failover, when-all-down: nodata, targets: { a: { data: "fd00::1", check: a } } }`);
    lab.health.down.add('a');
    expect(lab.rrset('www A').type).toBe(1);
    expect(lab.rrset('www AAAA').type).toBe(28);
  });
});

const rdatas = (lab: PolicyLab, question: string) => lab.rrset(question).rdatas.map((rdata) => rdata.at(-1));

describe('rule 37: a transfer carries all that may be given when nothing is healthy', () => {
  test.each(['weighted', 'failover', 'multivalue'])('%s: all targets', (policy) => {
    const lab = group(policy, TWO);
    lab.health.down.add('a');
    expect(rdatas(lab, 'www A')).toEqual([1, 2]);
  });

  test('aliases: what is behind them, once', () => {
    const lab = new PolicyLab(
      `
routing:
  www: { type: A, policy: weighted, targets: { a: { alias: group }, b: { alias: plain }, c: { data: 10.0.0.2 } } }
  group: { type: A, policy: failover, targets: { a: { data: 10.0.0.1 }, b: { data: 10.0.0.2 } } }`,
      { records: 'plain A 10.0.0.7' },
    );
    expect(rdatas(lab, 'www A')).toEqual([1, 2, 7]);
  });

  test('of CNAMEs one, since two are none', () => {
    const lab = new PolicyLab(
      'routing: { www: { type: CNAME, policy: weighted, targets: { a: { data: one.example. }, b: { data: two.example. } } } }',
    );
    expect(lab.rrset('www CNAME').rdatas).toHaveLength(1);
  });
});

describe('explanations', () => {
  test('a tree of candidates, health, draw and verdicts, as plain data', () => {
    const lab = group(
      'weighted',
      'a: { data: 10.0.0.1, check: a, weight: 3 }, b: { data: 10.0.0.2, check: b }',
    );
    lab.health.down.add('a');
    const asker = { source: 167772169, subnet: undefined, dnssecOk: false, now: 0 };
    const routing = lab.rrset('www A').routing as never as { explain(zone: unknown, asker: unknown): object };
    const seen = routing.explain(lab.zone, asker);
    expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
    expect(seen).toMatchObject({
      name: 'www.lab.example.',
      type: 'A',
      outcome: 'picked',
      chosen: ['b'],
      client: { address: '10.0.0.9/32', by: 'source' },
      scope: { prefixLength: 0 },
      ttl: { seconds: 30, why: 'that of the set' },
      passes: [
        {
          policy: 'weighted',
          isOpen: false,
          outcome: 'picked',
          targets: [
            {
              id: 'a',
              data: ['10.0.0.1'],
              measure: 'weight 3 of 4',
              check: { name: 'a', isHealthy: false, reason: 'connect timed out' },
            },
            { id: 'b', verdict: 'chosen', check: { isHealthy: true } },
          ],
        },
      ],
    });
  });
});
