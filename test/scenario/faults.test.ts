import { describe, expect, test } from 'vitest';
import type { FrameEvent } from '../../src/core/driver.ts';
import { runScenario, type RunResult, type ScenarioData } from '../../src/index.ts';

type Action = NonNullable<ScenarioData['timeline']>[number];

const SIGNED = {
  docsis: [
    { 'network-access': true },
    { 'max-cpe': 1 },
    { 'upstream-service-flow': { reference: 1, 'qos-parameter-set': 7, 'scheduling-type': 2 } },
    { 'downstream-service-flow': { reference: 2, 'qos-parameter-set': 7 } },
  ],
  secret: 'plant',
};

/** Modems and hosts that boot at 10 s, and one modem that stays dark until the end. */
function plant(faults: readonly Action[], expect_: NonNullable<ScenarioData['expect']> = []): ScenarioData {
  return {
    headend: 1,
    name: 'faults',
    seed: 4,
    duration: '3m',
    net: {
      hfc: { kind: 'segment', delay: '8ms', jitter: '2ms' },
      core: { kind: 'segment', delay: '1ms' },
      office: { kind: 'segment', delay: '1ms' },
    },
    services: {
      dhcp: {
        on: 'core',
        ip: '10.0.0.67',
        subnets: [
          { subnet: '10.0.0.0/24', range: '10.0.0.100-10.0.0.109' },
          {
            subnet: '10.9.0.0/18',
            relay: '10.9.0.1',
            range: '10.9.16.1-10.9.16.9',
            router: '10.9.0.1',
            tftp: { server: '10.0.0.69', file: 'gold.cfg' },
            options: { 'time-servers': ['10.0.0.37'] },
          },
        ],
      },
      tftp: { on: 'core', ip: '10.0.0.69', files: { 'gold.cfg': SIGNED } },
      tod: { on: 'core', ip: '10.0.0.37' },
    },
    devices: {
      cmts: {
        kind: 'cmts',
        cable: 'hfc',
        uplink: 'core',
        giaddr: '10.9.0.1',
        helper: '10.0.0.67',
        secret: 'plant',
        ranging: 'ideal',
      },
      cm: { kind: 'cable-modem', count: 2, on: 'hfc', mac: '00:10:18:00:00:{n:02x}', 'reinit-after': '10s' },
      dark: { kind: 'cable-modem', on: 'hfc', mac: '00:10:18:00:01:00' },
      pc: { kind: 'host', count: 2, on: 'core' },
      desk: { kind: 'stub', on: 'office', ip: '10.3.0.1/24', resolver: '10.3.0.9', ask: 'x.example A' },
    },
    timeline: [
      { at: '10s', do: 'power-on', who: 'cm' },
      { at: '10s', do: 'power-on', who: 'pc' },
      { at: '179.9s', do: 'power-on', who: 'dark' },
      ...faults,
    ],
    expect: [{ always: 'leases.unique' }, ...expect_],
  };
}

const must = { id: 'it', 'must-fire': 1 } as const;
/** When nothing happens any more. */
const late = { at: '150s', for: '5s' } as const;
const early = { at: '0s', for: '60s' } as const;

/** Each kind where it acts, and where nothing is there that it could act on. */
const KINDS: readonly { readonly kind: string; readonly acts: Action; readonly misses: readonly Action[] }[] =
  [
    {
      kind: 'loss',
      acts: { ...must, ...early, do: 'impair', where: 'hfc', loss: '20%' },
      misses: [{ ...must, ...late, do: 'impair', where: 'hfc', loss: '20%' }],
    },
    {
      kind: 'delay',
      acts: { ...must, ...early, do: 'impair', where: 'core', delay: '5ms', jitter: '1ms' },
      misses: [{ ...must, ...early, do: 'impair', where: 'core', delay: '5ms', only: 'DHCP NAK' }],
    },
    {
      kind: 'reorder',
      acts: { ...must, ...early, do: 'impair', where: 'core', reorder: '50%' },
      misses: [{ ...must, ...late, do: 'impair', where: 'core', reorder: '50%' }],
    },
    {
      kind: 'duplicate, of a share',
      acts: { ...must, ...early, do: 'impair', where: 'hfc', duplicate: '50%' },
      misses: [{ ...must, ...early, do: 'impair', where: 'hfc', duplicate: '50%', only: 'TFTP ERROR' }],
    },
    {
      kind: 'corrupt, of a share',
      acts: { ...must, ...early, do: 'impair', where: 'core', corrupt: '20%' },
      misses: [{ ...must, ...late, do: 'impair', where: 'core', corrupt: '20%' }],
    },
    {
      kind: 'bandwidth',
      acts: { ...must, ...early, do: 'impair', where: 'hfc', bandwidth: '1Mbit/s', from: 'cmts' },
      misses: [{ ...must, ...early, do: 'impair', where: 'hfc', bandwidth: '1Mbit/s', from: 'dark' }],
    },
    {
      kind: 'partition',
      acts: { ...must, ...early, do: 'partition', from: 'cmts', to: 'tftp', 'one-way': true },
      misses: [{ ...must, ...early, do: 'partition', from: 'tod', to: 'tftp' }],
    },
    {
      kind: 'flap',
      acts: { ...must, ...early, do: 'flap', where: 'core', every: '2s', 'down-for': '1s' },
      misses: [{ ...must, ...late, do: 'flap', where: 'core', every: '2s', 'down-for': '1s' }],
    },
    {
      kind: 'drop',
      acts: { ...must, do: 'drop', packet: 'DHCP OFFER dhcp>cm[1]', nth: 1 },
      misses: [{ ...must, do: 'drop', packet: 'DHCP OFFER dhcp>cm[1]', nth: 99 }],
    },
    {
      kind: 'hold',
      acts: { ...must, do: 'hold', packet: 'DHCP ACK dhcp>pc[0]', by: '500ms' },
      misses: [{ ...must, do: 'hold', packet: 'DHCP ACK dhcp>pc[0] yiaddr=10.0.0.200', by: '500ms' }],
    },
    {
      kind: 'duplicate',
      acts: { ...must, do: 'duplicate', packet: 'TFTP RRQ cm>tftp', first: 1 },
      misses: [{ ...must, do: 'duplicate', packet: 'TFTP RRQ dark>tftp' }],
    },
    {
      kind: 'corrupt',
      acts: { ...must, do: 'corrupt', packet: 'TFTP DATA tftp>cm[0]', first: 1 },
      misses: [{ ...must, do: 'corrupt', packet: 'TFTP DATA tftp>cm[0]', every: 99 }],
    },
    {
      kind: 'crash',
      acts: { ...must, at: '5s', do: 'crash', who: 'tod' },
      misses: [
        { at: '5s', do: 'crash', who: 'tod' },
        { ...must, at: '6s', do: 'crash', who: 'tod' },
      ],
    },
    {
      kind: 'full disk',
      acts: { ...must, ...early, do: 'disk', who: 'dhcp', is: 'full' },
      misses: [{ ...must, ...late, do: 'disk', who: 'dhcp', is: 'full' }],
    },
    {
      kind: 'slow disk',
      acts: { ...must, ...early, do: 'disk', who: 'dhcp', is: 'slow', flush: '1s' },
      misses: [{ ...must, ...late, do: 'disk', who: 'dhcp', is: 'slow', flush: '1s' }],
    },
    {
      kind: 'clock',
      acts: { ...must, ...early, do: 'clock', who: 'tod', step: '-1h' },
      misses: [{ ...must, ...late, do: 'clock', who: 'tod', step: '-1h' }],
    },
    {
      kind: 'skewed clock',
      acts: { ...must, ...early, do: 'clock', who: 'cm', skew: '50000ppm' },
      misses: [{ ...must, ...late, do: 'clock', who: 'dark', skew: '50000ppm' }],
    },
    {
      kind: 'slow server',
      acts: { ...must, ...early, do: 'slow', who: 'dhcp', by: '1s' },
      misses: [{ ...must, ...late, do: 'slow', who: 'dhcp', by: '1s' }],
    },
    {
      kind: 'rogue',
      acts: {
        ...must,
        ...early,
        do: 'rogue',
        on: 'core',
        ip: '192.168.1.1',
        range: '192.168.1.10-192.168.1.20',
      },
      misses: [
        {
          ...must,
          ...early,
          do: 'rogue',
          on: 'office',
          ip: '192.168.1.1',
          range: '192.168.1.10-192.168.1.20',
        },
      ],
    },
    {
      kind: 'full pool',
      acts: { ...must, at: '5s', for: '20s', do: 'fill-pool', who: 'dhcp' },
      misses: [{ ...must, at: '5s', for: '20s', do: 'fill-pool', who: 'dhcp', leave: 100 }],
    },
    {
      kind: 'change',
      acts: { ...must, at: '60s', do: 'change', who: 'tftp', files: { 'gold.cfg': 'other' } },
      misses: [
        { at: '55s', do: 'crash', who: 'tftp' },
        { ...must, at: '60s', do: 'change', who: 'tftp', files: { 'gold.cfg': 'other' } },
      ],
    },
  ];

const countOf = ({ faults }: RunResult): number => faults.find(({ id }) => id === 'it')?.fired ?? -1;

const mustFire = ({ expectations }: RunResult) =>
  expectations.filter(({ kind }) => kind === 'must-fire').map(({ verdict }) => verdict);

describe('a fault under its must-fire proves nothing', () => {
  test.each(KINDS)('$kind', async ({ acts, misses }) => {
    const acted = await runScenario(plant([acts]));
    expect(countOf(acted)).toBeGreaterThan(0);
    expect(mustFire(acted)).toEqual(['pass']);
    expect(acted.verdict).toBe('pass');
    const missed = await runScenario(plant(misses));
    expect(countOf(missed)).toBe(0);
    expect(mustFire(missed)).toEqual(['inconclusive']);
    expect(missed.verdict).toBe('inconclusive');
  });
});

describe('what a fault does is seen', () => {
  const outcomeOf = async (fault: Action, ...expect_: NonNullable<ScenarioData['expect']>) =>
    (await runScenario(plant([fault], expect_))).expectations[1];

  test.each<{ name: string; fault: Action; goal: NonNullable<ScenarioData['expect']>[number] }>([
    {
      name: 'an OFFER that is lost is asked for again',
      fault: { do: 'drop', packet: 'DHCP OFFER dhcp>cm[1]', nth: 1 },
      goal: {
        sequence: {
          within: '20s',
          steps: ['DHCP DISCOVER cm[1]>cmts', 'DHCP DISCOVER cm[1]>cmts', 'STATE cm[1] operational'],
        },
      },
    },
    {
      name: 'only that one',
      fault: { do: 'drop', packet: 'DHCP OFFER dhcp>cm[1]', nth: 1 },
      goal: { eventually: { who: 'cm[0]', state: 'operational', within: '14s' } },
    },
    {
      name: 'a host without an address for as long as the pool is full',
      fault: { at: '5s', for: '30s', do: 'fill-pool', who: 'dhcp', subnet: '10.0.0.0/24' },
      goal: { never: { any: 'pc', state: 'bound', between: ['0s', '35s'] } },
    },
    {
      name: 'and with one afterwards',
      fault: { at: '5s', for: '30s', do: 'fill-pool', who: 'dhcp', subnet: '10.0.0.0/24' },
      goal: { eventually: { all: 'pc', state: 'bound', from: '35s', within: '90s' } },
    },
    {
      name: 'a rogue that gives out what is its own',
      fault: {
        at: '0s',
        do: 'rogue',
        id: 'rogue',
        on: 'core',
        ip: '192.168.1.1',
        range: '192.168.1.10-192.168.1.20',
      },
      goal: { sequence: { steps: ['DHCP OFFER rogue>pc opt3=192.168.1.1 opt54=192.168.1.1'] } },
    },
    {
      name: 'a modem that is rejected after the secret has changed',
      fault: { at: '5s', do: 'change', who: 'cmts', secret: 'new' },
      goal: { eventually: { any: 'cm', 'cmts-state': 'reject(m)', within: '30s' } },
    },
    {
      name: 'an option that is new',
      fault: { at: '5s', do: 'change', who: 'dhcp', subnet: '10.9.0.0/18', options: { 'time-offset': 7200 } },
      goal: { sequence: { steps: ['DHCP ACK dhcp>cmts opt2=7200 opt4=10.0.0.37'] } },
    },
    {
      name: 'a file that is gone',
      fault: { at: '5s', do: 'change', who: 'tftp', remove: 'gold.cfg' },
      goal: { sequence: { steps: ['TFTP RRQ cm[0]>tftp', 'TFTP ERROR tftp>cm[0] code=1'] } },
    },
    {
      name: 'an answer that comes late',
      fault: { at: '0s', do: 'slow', who: 'dhcp', by: '5s' },
      goal: {
        sequence: {
          steps: ['DHCP DISCOVER pc[0]>dhcp', 'DHCP DISCOVER pc[0]>dhcp', 'DHCP OFFER dhcp>pc[0]'],
        },
      },
    },
  ])('$name', async ({ fault, goal }) => {
    expect(await outcomeOf(fault, goal)).toMatchObject({ verdict: 'pass' });
  });

  test('a duplicated request is answered twice, and one lease is given', async () => {
    const steps = [
      'DHCP REQUEST cmts>dhcp',
      'DHCP ACK dhcp>cmts yiaddr=$ip',
      'DHCP ACK dhcp>cmts yiaddr=$ip',
    ];
    const fault: Action = { do: 'duplicate', packet: 'DHCP REQUEST cmts>dhcp', first: 1 };
    expect(await outcomeOf(fault, { sequence: { within: '1s', steps } })).toMatchObject({
      verdict: 'pass',
    });
  });

  test('a time server that is a day behind tells the time of yesterday', async () => {
    const told: number[] = [];
    const fault: Action = { at: '0s', do: 'clock', who: 'tod', step: '-1d' };
    const frame = ({ body }: FrameEvent): void => {
      if (body.kind === 'udp' && body.from.port === 37)
        told.push(new DataView(body.octets.slice().buffer).getUint32(0));
    };
    await runScenario(plant([fault]), { listeners: [{ frame }] });
    // RFC 868: seconds since 1900; the scenario begins on 2026-01-01.
    const yesterday = (Date.UTC(2025, 11, 31) - Date.UTC(1900, 0, 1)) / 1000;
    expect(told.length).toBeGreaterThan(0);
    for (const seconds of told) expect(seconds - yesterday).toBeGreaterThanOrEqual(10);
    for (const seconds of told) expect(seconds - yesterday).toBeLessThan(180);
  });

  test('a new fault moves nobody else’s dice', async () => {
    const digestsOf = async (faults: readonly Action[]) =>
      (await runScenario(plant(faults))).devices.map(({ boot_us: us }) => us);
    const noise: Action = { at: '0s', do: 'impair', id: 'noise', where: 'hfc', loss: '10%', for: '60s' };
    const idle: Action = { at: '0s', do: 'impair', id: 'idle', where: 'hfc', loss: '50%', only: 'DHCP NAK' };
    expect(await digestsOf([idle, noise])).toEqual(await digestsOf([noise]));
  });
});
