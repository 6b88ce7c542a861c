import { describe, expect, test } from 'vitest';
import { PolicyLab } from '../../../support/policy-lab.ts';
import { CRITICAL_1E6, sampleFit } from '../../../support/statistics.ts';

const SEEDS = Array.from(
  { length: Number(process.env['HEADEND_POLICY_SEEDS'] ?? 5) },
  (_, index) => index + 1,
);

function failover(targets: string): PolicyLab {
  return new PolicyLab(`routing: { www: { type: A, policy: failover, ttl: 30s, targets: { ${targets} } } }`);
}

describe('rule 17: failover with a primary and a secondary', () => {
  test.each([
    { down: '', secondary: ', check: b', given: '10.0.0.1' },
    { down: 'a', secondary: ', check: b', given: '10.0.0.2' },
    { down: 'b', secondary: ', check: b', given: '10.0.0.1' },
    { down: 'ab', secondary: ', check: b', given: '10.0.0.1' },
    { down: 'a', secondary: '', given: '10.0.0.2' },
    { down: 'ab', secondary: '', given: '10.0.0.2' },
  ])('down: "$down", secondary with "$secondary": $given', ({ down, secondary, given }) => {
    const lab = failover(`a: { data: 10.0.0.1, check: a }, b: { data: 10.0.0.2${secondary} }`);
    for (const check of down) lab.health.down.add(check);
    expect(lab.data('www A')).toEqual([given]);
  });
});

describe('rule 18: failover of many levels', () => {
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const targets = ids.map((id, index) => `${id}: { data: 10.0.0.${index + 1}, check: ${id} }`).join(', ');
  test.each(Array.from({ length: 32 }, (_, down) => ({ down })))('down as the bits of $down', ({ down }) => {
    const lab = failover(targets);
    for (const [index, id] of ids.entries()) if ((down >> index) & 1) lab.health.down.add(id);
    const first = ids.findIndex((_, index) => ((down >> index) & 1) === 0);
    expect(lab.data('www A')).toEqual([`10.0.0.${(first < 0 ? 0 : first) + 1}`]);
  });

  test('a primary without a check can never fail over: a warning', () => {
    expect(failover('a: { data: 10.0.0.1 }, b: { data: 10.0.0.2, check: b }').warnings).toEqual([
      '1 HE-ROUTE-030 www.lab.example.: a can never fail over',
    ]);
  });

  test('an alias that evaluates what is behind it can', () => {
    const lab = new PolicyLab(
      `
routing:
  www: { type: A, policy: failover, targets: { a: { alias: group }, b: { data: 10.0.0.2 } } }
  group: { type: A, policy: simple, targets: { a: { data: 10.0.0.1, check: a } } }`,
    );
    expect(lab.warnings).toEqual([]);
  });
});

const multi = (count: number, seed = 1) =>
  new PolicyLab(
    `routing: { www: { type: A, policy: multivalue, ttl: 30s, targets: { ${Array.from(
      { length: count },
      (_, index) =>
        `${String.fromCharCode(97 + index)}: { data: 10.0.0.${index + 1}, check: ${String.fromCharCode(97 + index)} }`,
    ).join(', ')} } } }`,
    { seed },
  );

describe('rule 19: multivalue', () => {
  test.each([
    { of: 1, down: 0, given: 1 },
    { of: 8, down: 0, given: 8 },
    { of: 9, down: 0, given: 8 },
    { of: 12, down: 0, given: 8 },
    { of: 12, down: 4, given: 8 },
    { of: 12, down: 5, given: 7 },
    { of: 3, down: 2, given: 1 },
    { of: 3, down: 3, given: 3 },
    { of: 12, down: 12, given: 8 },
  ])('$of values, $down down: $given given', ({ of, down, given }) => {
    const lab = multi(of);
    for (const name of lab.health.names.slice(0, down)) lab.health.down.add(name);
    for (let turn = 0; turn < 20; turn++) {
      const values = lab.data('www A');
      expect(new Set(values).size).toBe(given);
      expect(values).toHaveLength(given);
      if (down < of) expect(values.filter((value) => Number(value.split('.')[3]) <= down)).toEqual([]);
    }
  });

  test('the order is drawn', () => {
    const lab = multi(4);
    const orders = new Set(Array.from({ length: 200 }, () => lab.data('www A').join(' ')));
    expect(orders.size).toBe(24);
  });

  test('one value a target, and no aliases', () => {
    const lab = new PolicyLab(
      'routing: { www: { type: A, policy: multivalue, targets: { a: { data: [10.0.0.1, 10.0.0.2] }, b: { alias: ns } } } }',
    );
    expect(lab.mistakes.map((mistake) => mistake.replace(/^\S+ /, ''))).toEqual([
      'a target of a multivalue policy has one value',
      'a multivalue policy has values, no aliases',
    ]);
  });

  test('rule 41: each of twelve is among the eight as often as the others', () => {
    const fits = SEEDS.map((seed) => sampleFit(multi(12, seed).draw('www A', 2_000), 12, 8));
    for (const [index, fit] of fits.entries())
      expect(fit, `seed ${index + 1}`).toBeLessThan(CRITICAL_1E6[11]!);
    const mean = fits.reduce((sum, fit) => sum + fit, 0) / fits.length;
    expect(mean).toBeGreaterThan(4);
    expect(mean).toBeLessThan(22);
  });

  test('rule 41: a sample that favours the first is found out', () => {
    const biased = Array.from({ length: 2_000 }, (_, index) =>
      Array.from({ length: 8 }, (__, turn) => (index % 10 === 0 ? turn : (index + turn) % 12)),
    );
    expect(sampleFit(biased, 12, 8)).toBeGreaterThan(CRITICAL_1E6[11]!);
  });
});

const latency = (targets: string, more = '') =>
  new PolicyLab(`
regions: { eu: {}, us: {}, ap: {} }
locations:
  berlin: { networks: 10.1.0.0/16, latency: { eu: 20ms, us: 95ms, ap: 160ms } }
  boston: { networks: 10.2.0.0/16, latency: { eu: 90ms, us: 12ms, ap: 180ms } }
  midway: { networks: 10.3.0.0/16, latency: { eu: 50ms, us: 50ms, ap: 50ms } }
latency-default: { eu: 100ms, us: 80ms, ap: 120ms }
routing: { www: { type: A, policy: latency, ttl: 30s, ${more} targets: { ${targets} } } }`);

describe('rule 20: latency', () => {
  const all =
    'x: { region: us, data: 10.0.0.2, check: a }, y: { region: eu, data: 10.0.0.1, check: b }, z: { region: ap, data: 10.0.0.3, check: c }';

  test.each([
    { from: '10.1.2.3', down: '', given: '10.0.0.1', why: 'the lowest' },
    { from: '10.2.2.3', down: '', given: '10.0.0.2', why: 'the lowest' },
    { from: '10.1.2.3', down: 'b', given: '10.0.0.2', why: 'the next lowest' },
    { from: '10.1.2.3', down: 'ab', given: '10.0.0.3', why: 'the one after that' },
    { from: '10.1.2.3', down: 'abc', given: '10.0.0.1', why: 'all are down: the lowest' },
    { from: '10.3.0.1', down: '', given: '10.0.0.3', why: 'equal: by the name of the region, ap' },
    { from: '10.3.0.1', down: 'c', given: '10.0.0.1', why: 'then eu' },
    { from: '192.0.2.1', down: '', given: '10.0.0.2', why: 'nowhere known: the default row' },
  ])('from $from, down "$down": $given ($why)', ({ from, down, given }) => {
    const one = latency(all);
    for (const check of down) one.health.down.add(check);
    expect(one.data('www A', { from })).toEqual([given]);
  });

  test('only regions with a target count', () => {
    expect(latency('x: { region: us, data: 10.0.0.2 }').data('www A', { from: '10.1.0.1' })).toEqual([
      '10.0.0.2',
    ]);
  });

  test.each([
    {
      name: 'one target a region',
      targets: 'x: { region: us, data: 10.0.0.2 }, y: { region: us, data: 10.0.0.1 }',
      mistake: 'x is for us too',
    },
    {
      name: 'a region of the file',
      targets: 'x: { region: su, data: 10.0.0.2 }',
      mistake: 'there is no such region',
    },
    {
      name: 'a region at all',
      targets: 'x: { data: 10.0.0.2 }',
      mistake: 'nothing says which clients are for it',
    },
  ])('$name', ({ targets, mistake }) => {
    expect(latency(targets).mistakes[0]).toContain(mistake);
  });

  test('a region without a default row is a mistake', () => {
    const yaml =
      'regions: { eu: {} }\nrouting: { www: { type: A, policy: latency, targets: { a: { region: eu, data: 10.0.0.1 } } } }';
    expect(new PolicyLab(yaml).mistakes).toEqual([
      expect.stringContaining('nobody says how far eu is from clients that are nowhere known'),
    ]);
  });

  test('from coordinates where nothing was measured: 200 km a millisecond', () => {
    const map = new PolicyLab(`
regions: { dublin: { at: [53.3, -6.3] }, virginia: { at: [39, -77.5] } }
locations: { berlin: { networks: 10.1.0.0/16, at: [52.5, 13.4] }, boston: { networks: 10.2.0.0/16, at: [42.4, -71.1] } }
latency-default: { dublin: 1ms, virginia: 2ms }
routing: { www: { type: A, policy: latency, targets: { d: { region: dublin, data: 10.0.0.1 }, v: { region: virginia, data: 10.0.0.2 } } } }`);
    expect(map.data('www A', { from: '10.1.0.1' })).toEqual(['10.0.0.1']);
    expect(map.data('www A', { from: '10.2.0.1' })).toEqual(['10.0.0.2']);
    expect(map.data('www A', { from: '10.9.0.1' })).toEqual(['10.0.0.1']);
  });
});

const at = (bias: number) =>
  new PolicyLab(`
locations:
  west: { networks: 10.1.0.0/16, at: [0, 0] }
  middle: { networks: 10.2.0.0/16, at: [0, 49] }
  east: { networks: 10.3.0.0/16, at: [0, 100] }
routing:
  www:
    type: A
    policy: geoproximity
    targets: { w: { at: [0, 0], data: 10.0.0.1, check: a }, e: { at: [0, 100], data: 10.0.0.2, bias: ${bias}, check: b } }`);

const east = (lab: PolicyLab) =>
  ['10.1.0.1', '10.2.0.1', '10.3.0.1'].filter((from) => lab.data('www A', { from })[0] === '10.0.0.2').length;

describe('rule 24: geoproximity', () => {
  test('without a bias the nearest', () => {
    expect(at(0).data('www A', { from: '10.2.0.1' })).toEqual(['10.0.0.1']);
    expect(at(0).data('www A', { from: '10.3.0.1' })).toEqual(['10.0.0.2']);
  });

  test('a bias above 0 draws clients: 51 degrees by 0.9 are nearer than 49', () => {
    expect(at(10).data('www A', { from: '10.2.0.1' })).toEqual(['10.0.0.2']);
    expect(at(3).data('www A', { from: '10.2.0.1' })).toEqual(['10.0.0.1']);
  });

  test('more bias never loses a client', () => {
    const counts = [-99, -50, -10, 0, 10, 50, 99].map((bias) => east(at(bias)));
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(counts[0]!);
  });

  test('the nearest is down: the next', () => {
    const lab = at(0);
    lab.health.down.add('b');
    expect(lab.data('www A', { from: '10.3.0.1' })).toEqual(['10.0.0.1']);
  });

  test('a client that is nowhere known gets the first of the file', () => {
    expect(at(0).data('www A', { from: '192.0.2.1' })).toEqual(['10.0.0.1']);
  });
});
