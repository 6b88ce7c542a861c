import { describe, expect, test } from 'vitest';
import type { HostSpec, Trace } from '../../src/core/driver.ts';
import { Random } from '../../src/core/random.ts';
import type { Plain } from '../../src/core/service.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { StubService } from '../../src/service/stub.ts';
import { labServer } from '../support/dns-zones.ts';
import { at, host, ip, segment } from './plants.ts';

/** A name server and a stub on one segment; the moments at which the stub entered a state, and the rules on the way. */
function lookUp(
  args: Readonly<Record<string, Plain>>,
  change: { readonly resolvers?: readonly string[]; readonly lossRatio?: number } = {},
) {
  const states: string[] = [];
  const rules: string[] = [];
  const protocols: string[] = [];
  const trace: Trace = {
    state: (when, { name }, machine, state) =>
      void states.push(`${when / SECOND} ${name} ${machine} ${state}`),
    because: (_when, { name }, rule) => void rules.push(`${name} ${rule.id}`),
    frame: ({ body }) => void (body.kind !== 'arp' && protocols.push(body.kind)),
  };
  const resolvers = (change.resolvers ?? ['10.0.0.53']).map(ip);
  const hosts: HostSpec[] = [
    host('dns', { on: 'lan', address: [at('10.0.0.53/24'), at('fd00::53/64')] }, () => labServer(), {
      udpPorts: [53],
      tcpPorts: [53],
    }),
    host('web', { on: 'lan', address: [at('10.0.0.80/24')] }, () => labServer()),
    host(
      'stub',
      { on: 'lan', address: [at('10.0.0.9/24'), at('fd00::9/64')] },
      () => new StubService({ random: new Random(1), resolvers }),
    ),
  ];
  const lan = segment('lan', { lossRatio: change.lossRatio ?? 0 });
  const topology = { segments: [lan], links: [], hosts };
  const driver = new SimDriver({ topology, seed: 1, trace: [trace], poison: true });
  driver.command(toInstant(0), 'stub', 'power-on', {});
  driver.command(toInstant(0), 'stub', 'lookup', args);
  driver.run(toInstant(100 * SECOND));
  return { states, rules, protocols };
}

describe('a look-up in the simulated world', () => {
  test.each([
    { name: 'IPv4', resolvers: ['10.0.0.53'] },
    { name: 'IPv6', resolvers: ['fd00::53'] },
  ])('over UDP and $name', ({ resolvers }) => {
    const { states, rules, protocols } = lookUp({ name: 'www.lab.example' }, { resolvers });
    expect(states.map((text) => text.split(' ').slice(1).join(' '))).toEqual([
      'stub stub asking',
      'stub stub answered',
    ]);
    expect(rules).toEqual(['stub HE-DNS-030', 'dns HE-DNS-003', 'dns HE-DNS-001', 'stub HE-DNS-033']);
    expect(protocols.filter((kind) => kind !== 'icmp')).toEqual(['udp', 'udp']);
  });

  test('an answer of 1,300 octets: truncated, then whole over TCP, the connection closed by both', () => {
    const { states, rules, protocols } = lookUp({ name: 'big.lab.example', type: 'TXT' });
    expect(states.at(-1)).toMatch(/stub answered$/);
    expect(rules).toEqual([
      'stub HE-DNS-030',
      'dns HE-DNS-001',
      'dns HE-DNS-019',
      'stub HE-DNS-032',
      'dns HE-DNS-001',
      'stub HE-DNS-033',
    ]);
    expect(protocols.filter((kind) => kind === 'udp').length).toBe(2);
    expect(protocols.filter((kind) => kind === 'tcp').length).toBeGreaterThan(6);
  });

  test('the first server does not exist: the second is asked when ARP has given up', () => {
    const { states } = lookUp({ name: 'portal.lab.example' }, { resolvers: ['10.0.0.54', '10.0.0.53'] });
    expect(states.at(-1)).toMatch(/^3\.\d+ stub stub answered$/);
  });

  test('the first server has no name service: ICMP says so at once', () => {
    const { states } = lookUp({ name: 'portal.lab.example' }, { resolvers: ['10.0.0.80', '10.0.0.53'] });
    expect(states.at(-1)).toMatch(/^0\.0\d+ stub stub answered$/);
  });

  test('nobody hears: four tries in thirty seconds, and the look-up fails', () => {
    const { states, rules } = lookUp(
      { name: 'portal.lab.example' },
      { lossRatio: 1, resolvers: ['10.0.0.53', 'fd00::53'] },
    );
    expect(states.at(-1)).toMatch(/stub failed$/);
    expect(rules.filter((text) => text === 'stub HE-DNS-031').length).toBe(3);
  });
});
