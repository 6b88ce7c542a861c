import { describe, expect, test } from 'vitest';
import { drawAt } from '../../../../src/core/random.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { Type } from '../../../../src/codec/dns/registry.ts';
import { Draws, policyKey, rendezvous } from '../../../../src/policy/dns/draws.ts';
import { ALL_HEALTHY } from '../../../../src/policy/dns/health-view.ts';
import { PolicyLab, type LabOptions, addressAt } from '../../../support/policy-lab.ts';
import { CRITICAL_1E6, countOf, lagOne, weightedFit } from '../../../support/statistics.ts';

const SEEDS = Array.from(
  { length: Number(process.env['HEADEND_POLICY_SEEDS'] ?? 5) },
  (_, index) => index + 1,
);

/** www A weighted, a target for each weight with a check of its own: a, b, c... */
function weighted(weights: readonly number[], more = '', options: LabOptions = {}): PolicyLab {
  const targets = weights.map((weight, index) => {
    const id = String.fromCharCode(97 + index);
    return `${id}: { data: 10.0.0.${index + 1}, weight: ${weight}, check: ${id} }`;
  });
  return new PolicyLab(
    `routing: { www: { type: A, policy: weighted, ttl: 30s, ${more} targets: { ${targets.join(', ')} } } }`,
    options,
  );
}

const firsts = (lab: PolicyLab, count: number) => lab.draw('www A', count).map(([first]) => first!);

describe('rule 11: the chance of a target is its weight by the sum', () => {
  test.each([
    { weights: [1, 1], count: 2_000 },
    { weights: [3, 1], count: 2_000 },
    { weights: [1, 2, 3, 4], count: 4_000 },
    { weights: [1, 255], count: 1_280 * 4 },
    { weights: [5, 5, 5, 5, 5, 5, 5, 5], count: 4_000 },
  ])('$weights', ({ weights, count }) => {
    for (const seed of SEEDS) {
      const fit = weightedFit(firsts(weighted(weights, '', { seed }), count), weights);
      expect(fit, `seed ${seed}`).toBeLessThan(CRITICAL_1E6[weights.length - 1]!);
    }
  });

  test('weights are whole numbers from 0 to 255', () => {
    expect(() => weighted([256])).toThrow('out of bounds');
    expect(() => weighted([-1])).toThrow('out of bounds');
    expect(() => weighted([1.5])).toThrow();
  });

  test('a group has at most 100 targets', () => {
    const many = Array.from({ length: 101 }, (_, index) => `t${index}: { data: 10.0.0.1 }`).join(', ');
    expect(
      () => new PolicyLab(`routing: { www: { type: A, policy: weighted, targets: { ${many} } } }`),
    ).toThrow('1 to 100');
  });
});

describe('rule 12: a weight of 0', () => {
  test('is never served while a target with weight is healthy', () => {
    const lab = weighted([0, 1, 0]);
    expect(countOf(firsts(lab, 1_000), 3)).toEqual([0, 1_000, 0]);
  });

  test('is used when all with weight are down, at equal chances', () => {
    const lab = weighted([0, 7, 0]);
    lab.health.down.add('b');
    const counts = countOf(firsts(lab, 2_000), 3);
    expect(counts[1]).toBe(0);
    expect(weightedFit(firsts(lab, 2_000), [1, 0, 1])).toBeLessThan(CRITICAL_1E6[1]!);
  });

  test('of all is uniform', () => {
    expect(weightedFit(firsts(weighted([0, 0, 0]), 3_000), [1, 1, 1])).toBeLessThan(CRITICAL_1E6[2]!);
  });

  test('is not served when all are down and the group fails open, as long as another has weight', () => {
    const lab = weighted([0, 1]);
    lab.health.down.add('a').add('b');
    expect(countOf(firsts(lab, 500), 2)).toEqual([0, 500]);
  });
});

const halfUp = () => weighted([1, 1, 2], 'up-threshold: 50%,');

describe('rule 13: as gdnsd, below its threshold a group uses all weights', () => {
  test('half of the weight is enough: ceil(0.5 x 4) is 2', () => {
    const half = halfUp();
    half.health.down.add('c');
    expect(countOf(firsts(half, 500), 3)[2]).toBe(0);
    expect(half.ask('www A').rules).not.toContain('HE-ROUTE-016');
  });

  test('less is not: what is down is served too, and the rule is named', () => {
    const less = halfUp();
    less.health.down.add('c').add('b');
    expect(weightedFit(firsts(less, 2_000), [1, 1, 2])).toBeLessThan(CRITICAL_1E6[2]!);
    expect(less.ask('www A').rules).toContain('HE-ROUTE-016');
  });

  test('and the group above is told that it is down', () => {
    const nested = new PolicyLab(`
routing:
  www: { type: A, policy: failover, targets: { near: { alias: group }, far: { data: 10.0.9.9 } } }
  group:
    type: A
    policy: weighted
    up-threshold: 50%
    targets: { a: { data: 10.0.0.1, weight: 2, check: a }, b: { data: 10.0.0.2, check: b } }`);
    expect(nested.data('www A')).not.toEqual(['10.0.9.9']);
    nested.health.down.add('a');
    expect(nested.data('www A')).toEqual(['10.0.9.9']);
    expect(nested.data('group A')).toHaveLength(1);
  });

  test('with nothing healthy at all it fails as any other group does', () => {
    const nothing = weighted([1, 1], 'up-threshold: 50%, when-all-down: servfail,');
    nothing.health.down.add('a').add('b');
    expect(nothing.ask('www A').rcode).toBe('SERVFAIL');
  });
});

describe('rule 14: gdnsd multi gives each by weight over the greatest', () => {
  test('the greatest is always there, the others by their share', () => {
    const draws = weighted([4, 1, 2], 'multi: true,').draw('www A', 4_000);
    const counts = countOf(draws.flat(), 3);
    expect(counts[0]).toBe(4_000);
    expect(Math.abs(counts[1]! - 1_000)).toBeLessThan(150);
    expect(Math.abs(counts[2]! - 2_000)).toBeLessThan(170);
  });

  test('what is down is not given, and the greatest of the rest always is', () => {
    const lab = weighted([4, 1, 2], 'multi: true,');
    lab.health.down.add('a');
    const counts = countOf(lab.draw('www A', 1_000).flat(), 3);
    expect(counts[0]).toBe(0);
    expect(counts[2]).toBe(1_000);
  });
});

describe('rule 15: sticky choice by weighted rendezvous hashing', () => {
  const CLIENTS = Array.from({ length: 20_000 }, (_, index) => addressAt(index, 256));
  const choices = (lab: PolicyLab) => CLIENTS.map((from) => lab.draw('www A', 1, from)[0]![0]!);
  const weights = [1, 2, 3, 4];
  const before = choices(weighted(weights, 'sticky: true,'));

  test('20,000 networks are shared out by weight', () => {
    expect(weightedFit(before, weights)).toBeLessThan(CRITICAL_1E6[3]!);
  });

  test('a network keeps its target', () => {
    expect(choices(weighted(weights, 'sticky: true,'))).toEqual(before);
  });

  test('a target that is down moves its own networks, by weight, and none of the others', () => {
    const lab = weighted(weights, 'sticky: true,');
    lab.health.down.add('c');
    const after = choices(lab);
    expect(after.filter((choice, index) => before[index] !== 2 && choice !== before[index])).toEqual([]);
    const moved = after.filter((_, index) => before[index] === 2);
    expect(weightedFit(moved, [1, 2, 0, 4])).toBeLessThan(CRITICAL_1E6[2]!);
  });

  test('a weight that is lowered moves nobody between the others', () => {
    const after = choices(weighted([1, 2, 1, 4], 'sticky: true,'));
    const between = after.filter((choice, index) => choice !== before[index] && before[index] !== 2);
    expect(between).toEqual([]);
    expect(after.some((choice, index) => choice !== before[index])).toBe(true);
  });

  test('pinned: distances of one client from two targets', () => {
    const client = Uint8Array.of(198, 51, 100, 0, 0, 0, 0, 0);
    expect([rendezvous(1, 2, client, 1), rendezvous(1, 3, client, 1), rendezvous(1, 3, client, 4)])
      .toMatchInlineSnapshot(`
      [
        5306358899,
        2633639908,
        658409977,
      ]
    `);
  });
});

const last = (data: readonly string[]) => data[0]!.at(-1);

describe('rule 16: the client of a sticky policy is its network', () => {
  const lab = new PolicyLab(`
routing:
  www:
    - { type: A, policy: weighted, sticky: true, targets: { a: { data: 10.0.0.1 }, b: { data: 10.0.0.2 }, c: { data: 10.0.0.3 } } }
    - { type: AAAA, policy: weighted, sticky: true, targets: { a: { data: "fd00::1" }, b: { data: "fd00::2" }, c: { data: "fd00::3" } } }`);
  test.each(Array.from({ length: 12 }, (_, index) => ({ network: `198.51.${index}.0/24` })))(
    '$network: all its hosts, A and AAAA, by source or by client subnet',
    ({ network }) => {
      const host = network.replace('0/24', '77');
      const chosen = last(lab.data('www A', { subnet: network }));
      expect(last(lab.data('www A', { from: host }))).toBe(chosen);
      expect(last(lab.data('www AAAA', { from: host }))).toBe(chosen);
      expect(lab.ask('www A', { subnet: network }).scope).toBe(24);
    },
  );

  test('IPv6 by /56', () => {
    const of = (from: string) => last(lab.data('www A', { from }));
    expect(of('2001:db8:1:aa01::1')).toBe(of('2001:db8:1:aaff::2'));
    expect(lab.ask('www A', { subnet: '2001:db8:1:aa00::/64' }).scope).toBe(56);
    const spread = Array.from({ length: 40 }, (_, index) => of(`2001:db8:${index}:aa01::1`));
    expect(new Set(spread).size).toBe(3);
  });
});

const two = (extra = '') =>
  new PolicyLab(`
routing:
  www: { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 }, b: { data: 10.0.0.2 } } }
  ftp: { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 }, b: { data: 10.0.0.2 } } }
${extra}`);

describe('rule 38: each policy has dice of its own', () => {
  test('questions for other names move nothing', () => {
    const [alone, between] = [two(), two()];
    const expected = firsts(alone, 50);
    const seen = Array.from({ length: 50 }, () => {
      between.draw('ftp A', 3);
      return firsts(between, 1)[0]!;
    });
    expect(seen).toEqual(expected);
  });

  test('other groups of the zone move nothing', () => {
    const more = '  mail: { type: A, policy: weighted, targets: { a: { data: 10.0.0.1 } } }';
    expect(firsts(two(more), 50)).toEqual(firsts(two(), 50));
  });

  test('the seed, the name, and the server do', () => {
    const base = firsts(weighted([1, 1]), 64);
    expect(firsts(weighted([1, 1], '', { seed: 2 }), 64)).not.toEqual(base);
    expect(firsts(weighted([1, 1], '', { server: 'other' }), 64)).not.toEqual(base);
    const lab = two();
    expect(lab.draw('ftp A', 64)).not.toEqual(lab.draw('www A', 64));
  });

  test('an explanation moves none', () => {
    const [plain, explained] = [weighted([1, 1]), weighted([1, 1])];
    const routing = explained.rrset('www A').routing as never as {
      explain(zone: unknown, asker: unknown): unknown;
    };
    const asker = { source: 1, subnet: undefined, dnssecOk: false, now: 0 };
    const seen = Array.from({ length: 20 }, () => {
      const { chosen } = routing.explain(explained.zone, asker) as { chosen: string[] };
      const [drawn] = firsts(explained, 1);
      expect(chosen).toEqual([drawn === 0 ? 'a' : 'b']);
      return drawn;
    });
    expect(seen).toEqual(firsts(plain, 20));
  });

  test('pinned: the key of a policy and its first draws', () => {
    const key = policyKey(1, {
      zone: 'lab.example.',
      owner: 'www.lab.example.',
      type: 'A',
      policy: 'weighted',
    });
    const draws = new Draws();
    const values = [1, 2, 3].flatMap((question) => {
      draws.begin(key, question);
      return [draws.below(100), draws.below(100)];
    });
    expect([key, ...values]).toMatchInlineSnapshot(`
      [
        555409529,
        13,
        71,
        25,
        71,
        84,
        76,
      ]
    `);
    const { forest } = weighted([1, 1]).policies;
    expect(forest.streamKeys[forest.node(toName('www.lab.example'), Type.A)]).toMatchInlineSnapshot(
      `-1653080604`,
    );
  });
});

const run = () => {
  const lab = weighted([1, 2, 3]);
  return Array.from({ length: 100 }, () => lab.ask('www A'));
};

test('rule 39: the same seed and questions give the same answers, octet for octet', () => {
  expect(run()).toEqual(run());
});

describe('rule 40: weighted fit over seeds', () => {
  const weights = [1, 2, 3, 4, 5, 6];
  const fits = SEEDS.map((seed) => weightedFit(firsts(weighted(weights, '', { seed }), 2_100), weights));

  test('no seed is beyond what chance does once in a million', () => {
    for (const [index, fit] of fits.entries())
      expect(fit, `seed ${index + 1}`).toBeLessThan(CRITICAL_1E6[5]!);
  });

  test('nor are they all too good: a round-robin that poses as chance', () => {
    const mean = fits.reduce((sum, fit) => sum + fit, 0) / fits.length;
    expect(mean).toBeGreaterThan(1.5);
    const inTurn = Array.from(
      { length: 2_100 },
      (_, index) => weights.flatMap((w, cell) => new Array<number>(w).fill(cell))[index % 21]!,
    );
    expect(weightedFit(inTurn, weights)).toBeLessThan(0.01);
  });
});

/** The chooser as it should be, but for one mistake. */
function mutant(
  weights: readonly number[],
  mistake: 'modulo' | 'edge' | 'first edge',
  count: number,
): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const draws = new Draws();
  return Array.from({ length: count }, (_, index) => {
    draws.begin(77, index);
    // Eight bits are few enough to see what a modulo does to them.
    const value = mistake === 'modulo' ? (drawAt(77, index) & 0xff) % sum : draws.below(sum);
    let before = 0;
    const at = weights.findIndex((weight) => {
      before += weight;
      return mistake === 'edge'
        ? value <= before
        : mistake === 'first edge'
          ? value + 1 < before
          : value < before;
    });
    return at < 0 ? weights.length - 1 : at;
  });
}

const third = (value: number) => Math.floor(value / 2 ** 30);

describe('rule 42: independence, and what a wrong chooser does', () => {
  test('one draw tells nothing of the next', () => {
    for (const seed of SEEDS)
      expect(lagOne(firsts(weighted([1, 1, 1, 1], '', { seed }), 4_000), 4), `seed ${seed}`).toBeLessThan(
        CRITICAL_1E6[9]!,
      );
  });

  test('a chooser that goes by turns is found out by that', () => {
    const inTurn = Array.from({ length: 4_000 }, (_, index) => index % 4);
    expect(() => expect(lagOne(inTurn, 4)).toBeLessThan(CRITICAL_1E6[9]!)).toThrow();
  });

  test.each([
    { mistake: 'modulo', weights: [100, 100] },
    { mistake: 'edge', weights: [2, 2, 2, 2] },
    { mistake: 'first edge', weights: [2, 2, 2, 2] },
  ] as const)('$mistake: the fit fails', ({ mistake, weights }) => {
    const fit = weightedFit(mutant(weights, mistake, 5_000), weights);
    expect(fit).toBeGreaterThan(CRITICAL_1E6[weights.length - 1]!);
  });

  test('the bounded draw itself: thirds of 3 x 2^30 are equal, and a modulo makes the first twice as full', () => {
    const limit = 3 * 2 ** 30;
    const draws = new Draws();
    const right = Array.from({ length: 3_000 }, (_, index) => {
      draws.begin(5, index);
      return third(draws.below(limit));
    });
    const wrong = Array.from({ length: 3_000 }, (_, index) => third(drawAt(5, index) % limit));
    expect(weightedFit(right, [1, 1, 1])).toBeLessThan(CRITICAL_1E6[2]!);
    expect(weightedFit(wrong, [1, 1, 1])).toBeGreaterThan(CRITICAL_1E6[2]!);
  });

  test('health that is passed over is found out: the same statistic over the healthy ones', () => {
    const lab = weighted([1, 1, 1]);
    lab.health.down.add('b');
    const healthy = [1, 0, 1];
    expect(weightedFit(firsts(lab, 2_000), healthy)).toBeLessThan(CRITICAL_1E6[1]!);
    const blind = weighted([1, 1, 1]);
    blind.policies.health.current = ALL_HEALTHY;
    expect(weightedFit(firsts(blind, 2_000), healthy)).toBeGreaterThan(CRITICAL_1E6[1]!);
  });
});
