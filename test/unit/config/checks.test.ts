import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import type { DnsServiceConfig } from '../../../src/config/scenario.ts';
import { formatEndpoint } from '../../../src/core/address.ts';
import { SECOND } from '../../../src/core/time.ts';

const PLANT = `headend: 1
name: checks
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.0.0.53
    checks:
      page: { kind: http, to: 10.0.0.80 }
      safe: { kind: https, to: "[fd00::80]", path: /health, contains: ok, host: www.lab.example }
      port: { kind: tcp, to: 10.0.0.80:8080, threshold: 2, every: 10s }
      time: { kind: udp, to: 10.0.0.37:37, threshold: { down: 4 } }
      name: { kind: dns, to: 10.0.0.54, ask: www.lab.example AAAA, expect: 2001:db8::1 }
      far: { kind: tcp, to: 10.0.0.80:80, from: [eye, nose], quorum: 50% }
      some: { kind: calculated, of: [page, safe], at-least: 1 }
      most: { kind: calculated, of: [some, port], at-least: 2, invert: true }
      hand: { kind: admin, initial: unhealthy }
    zones: { lab.example: { records: { www: { type: A, data: 10.0.0.80 } } } }
devices:
  web: { kind: web, on: lan, ip: 10.0.0.80 }
  eye: { kind: prober, on: lan, ip: 10.0.0.90, count: 2 }
  nose: { kind: prober, on: lan, ip: 10.0.0.99 }
timeline:
  - { at: 1m, do: fail, who: web, how: silent }
  - { at: 2m, do: mend, who: web }
  - { at: 3m, do: health, who: dns, checks: { hand: up } }
`;

function parse(text: string): DnsServiceConfig {
  const service = parseScenario(text, 'checks.yaml').services[0];
  if (service?.kind !== 'dns') throw new Error('no DNS service');
  return service;
}

function mistakes(piece: string, by: string): readonly string[] {
  expect(PLANT).toContain(piece);
  try {
    parse(PLANT.replace(piece, by));
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.mistakes.map(({ line, column, message, hint }) => `${line}:${column} ${message}: ${hint}`);
  }
}

describe('checks as the file says them', () => {
  const { checks } = parse(PLANT);
  const probingOf = (name: string) => {
    const source = checks.find((check) => check.name === name)?.source;
    if (source?.kind !== 'probed') throw new Error(`${name} is not probed`);
    return source;
  };

  test('rule 7: HTTP connects in 4 s, answers in 2 s, shows its text in 2 s, every 30 s, three in a row', () => {
    const { probing, vantages, quorumRatio } = probingOf('page');
    expect(probing).toMatchObject({ everyUs: 30 * SECOND, threshold: { kind: 'route53', count: 3 } });
    expect(probing.probe).toMatchObject({
      connectUs: 4 * SECOND,
      answerUs: 2 * SECOND,
      textUs: 2 * SECOND,
      host: '10.0.0.80',
      path: '/',
    });
    expect([vantages, quorumRatio]).toEqual([[], 0.18]);
  });

  test.each([
    { name: 'page', to: '10.0.0.80:80' },
    { name: 'safe', to: '[fd00::80]:443' },
    { name: 'port', to: '10.0.0.80:8080' },
    { name: 'name', to: '10.0.0.54:53' },
  ])('$name is at $to', ({ name, to }) => {
    expect(formatEndpoint(probingOf(name).probing.probe.to)).toBe(to);
  });

  test('thresholds of gdnsd have its defaults, and its interval', () => {
    const { everyUs, threshold } = probingOf('time').probing;
    expect([everyUs, threshold]).toEqual([10 * SECOND, { kind: 'gdnsd', up: 20, ok: 10, down: 4 }]);
  });

  test('vantage points are the members of probers', () => {
    expect(probingOf('far')).toMatchObject({ vantages: ['eye[0]', 'eye[1]', 'nose'], quorumRatio: 0.5 });
  });

  test('others are known by their place in the file', () => {
    expect(checks[7]).toMatchObject({ inverted: true, source: { kind: 'calculated', of: [6, 2], least: 2 } });
    expect(checks[8]).toMatchObject({ startsHealthy: false, source: { kind: 'admin' } });
  });
});

/** The checks whose first probe is waited for. */
const awaited = (text: string) =>
  parse(text)
    .checks.filter(({ isAwaited }) => isAwaited)
    .map(({ name }) => name);

/** The plant with a record whose targets are probed. */
const shortForm = (more: string) =>
  PLANT.replace(
    '{ type: A, data: 10.0.0.80 }',
    `{ type: A, policy: failover, targets: [10.0.0.80], check: { probe: tcp/80${more} } }`,
  );

describe('rule 6: whose first probe the server awaits', () => {
  test('all that it probes itself; not what probers, others and operators say', () => {
    expect(awaited(PLANT)).toEqual(['page', 'safe', 'port', 'time', 'name']);
  });

  test.each([
    { name: 'wait', by: 'initial: wait', waits: true, healthy: true },
    { name: 'healthy', by: 'initial: healthy', waits: false, healthy: true },
    { name: 'unhealthy', by: 'initial: unhealthy', waits: false, healthy: false },
    { name: 'a disabled one', by: 'disabled: true', waits: false, healthy: true },
  ])('$name: $waits', ({ by, waits, healthy }) => {
    const text = PLANT.replace('threshold: 2', `threshold: 2, ${by}`);
    expect(awaited(text).includes('port')).toBe(waits);
    expect(parse(text).checks[2]?.startsHealthy).toBe(healthy);
  });

  test('a question to itself is not waited for: nobody would answer it', () => {
    expect(awaited(PLANT.replace('to: 10.0.0.54', 'to: 10.0.0.53'))).toEqual([
      'page',
      'safe',
      'port',
      'time',
    ]);
    expect(awaited(PLANT.replace('to: 10.0.0.54', 'to: 10.0.0.53:5353'))).toContain('name');
  });

  test('the short form has it as well', () => {
    expect(awaited(shortForm(''))).toContain('www-10.0.0.80');
    expect(awaited(shortForm(', initial: unhealthy'))).not.toContain('www-10.0.0.80');
  });
});

describe('each mistake is shown at its place, with what to do', () => {
  test.each([
    {
      name: 'a target without a port',
      piece: 'to: 10.0.0.80:8080',
      by: 'to: 10.0.0.80',
      says: /11:30 "10\.0\.0\.80" has no port from 1 to 65535: write one behind it, such as :80/,
    },
    {
      name: 'a target that is no address',
      piece: 'to: 10.0.0.37:37',
      by: 'to: web:37',
      says: /12:30 "web:37" is no address/,
    },
    {
      name: 'rule 10: checks made of each other',
      piece: 'of: [page, safe]',
      by: 'of: [page, most]',
      says: /15:37 it is made of itself: some, which is made of most, which is made of some: leave one/,
    },
    {
      name: 'a check made of one that is not there',
      piece: 'of: [some, port]',
      by: 'of: [some, ports]',
      says: /16:44 "ports" is no check of this server: the checks are page, safe/,
    },
    {
      name: 'a probe that outlasts its interval',
      piece: 'every: 10s',
      by: 'every: 5s',
      says: /11:67 a probe may last 10s, longer than the 5s to the next/,
    },
    {
      name: 'a threshold that Route 53 does not have',
      piece: 'threshold: 2',
      by: 'threshold: 11',
      says: /11:57 "11" is out of bounds: write at most 10/,
    },
    {
      name: 'a prober that is none',
      piece: 'from: [eye, nose]',
      by: 'from: [eye, web]',
      says: /14:55 web is no prober: name a device of kind prober/,
    },
    {
      name: 'a quorum of nobody',
      piece: 'to: 10.0.0.80:80, from: [eye, nose], quorum',
      by: 'to: 10.0.0.80:80, quorum',
      says: /14:43 the server probes by itself: write from:/,
    },
    {
      name: 'rule 6: waiting for probers',
      piece: 'from: [eye, nose]',
      by: 'initial: wait, from: [eye, nose]',
      says: /14:52 what probers report is not waited for: write healthy or unhealthy/,
    },
    {
      name: 'rule 6: waiting for itself',
      piece: 'to: 10.0.0.54,',
      by: 'to: 10.0.0.53, initial: wait,',
      says: /13:50 the server would wait for its own answer: write healthy or unhealthy/,
    },
    {
      name: 'rule 6: waiting for an operator',
      piece: 'initial: unhealthy',
      by: 'initial: wait',
      says: /"wait"/,
    },
    {
      name: 'a path with a space',
      piece: 'path: /health',
      by: 'path: /a b',
      says: /10:52 "\/a b" is no path/,
    },
    {
      name: 'a name that is no question',
      piece: 'ask: www.lab.example AAAA',
      by: 'ask: www.lab.example AAAAA',
      says: /"AAAAA" is no record type: did you mean "AAAA"\?/,
    },
    {
      name: 'data that is none of the type',
      piece: 'expect: 2001:db8::1',
      by: 'expect: 10.0.0.1',
      says: /"10\.0\.0\.1" is no such data: write/,
    },
    {
      name: 'failing what is no web server',
      piece: 'do: mend, who: web',
      by: 'do: mend, who: nose',
      says: /25:30 nose is no web server: name a device of kind web/,
    },
    {
      name: 'a silent server with a status',
      piece: 'how: silent',
      by: 'how: silent, status: 500',
      says: /24:48 a failure that is silent has no status: take it away/,
    },
    {
      name: 'an operator who mistypes a check',
      piece: 'checks: { hand: up }',
      by: 'checks: { hend: up }',
      says: /26:47 dns has no such check: did you mean "hand"\?/,
    },
    {
      name: 'power of what begins with the run',
      piece: 'do: mend, who: web',
      by: 'do: power-off, who: web',
      says: /25:35 web has power from the start: use do: crash and do: restart/,
    },
  ])('$name', ({ piece, by, says }) => {
    expect(mistakes(piece, by)).toEqual([expect.stringMatching(says)]);
  });
});
