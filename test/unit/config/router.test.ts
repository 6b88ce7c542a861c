import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { formatEndpoint } from '../../../src/core/address.ts';

const PLANT = `headend: 1
name: walls
net: { lan: { kind: segment }, wan: { kind: segment } }
services:
  ftp: { on: wan, ip: 192.0.2.21, files: { a: b } }
devices:
  fw:
    kind: router
    interfaces:
      in: { on: lan, ip: 10.8.0.1/24, in: '110' }
      out: { on: wan, ip: 192.0.2.1/24 }
    lists: { '110': [permit ip any any] }
    state: true
    nat: { outside: out, forward: ['tcp 192.0.2.1:80 to 10.8.0.80:8080'] }
    alg: [ftp]
  pc: { kind: client, on: lan, ip: 10.8.0.10, from: ftp, fetch: a, mode: active }
expect:
  - sequence: { steps: [RULE fw HE-FW-001 line 10, STATE pc fetched] }
`;

function mistakes(piece: string, by: string): readonly string[] {
  expect(PLANT).toContain(piece);
  try {
    parseScenario(PLANT.replace(piece, by), 'walls.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.mistakes.map(({ line, column, message, hint }) => `${line}:${column} ${message}: ${hint}`);
  }
}

test('a router as the file says it', () => {
  const router = parseScenario(PLANT, 'walls.yaml').devices[0];
  expect(router).toMatchObject({
    kind: 'router',
    stateful: true,
    entriesMax: 4096,
    helpers: ['ftp'],
    timeouts: { udpUs: 300e6, icmpUs: 60e6, establishedUs: 7440e6, transitoryUs: 240e6 },
    nat: { outside: 1, ports: { first: 1024, last: 65_535 }, filter: 'address', hairpin: true },
  });
  const nat = router?.kind === 'router' ? router.nat : undefined;
  expect(nat?.forwards.map(({ outer, inner }) => [formatEndpoint(outer), formatEndpoint(inner)])).toEqual([
    ['192.0.2.1:80', '10.8.0.80:8080'],
  ]);
});

describe('each mistake is shown at its place, with what to do', () => {
  test.each([
    {
      name: 'a list that is not there',
      piece: "in: '110' }",
      by: "in: '111' }",
      says: /10:43 "111" is no list of this router: did you mean "110"\?/,
    },
    {
      name: 'a list that nobody uses',
      piece: ", in: '110' }",
      by: ' }',
      says: /12:14 no interface has this list/,
    },
    {
      name: 'a line that is wrong',
      piece: 'permit ip any any',
      by: 'permit ip any eny',
      says: /12:36 "eny" is no place/,
    },
    {
      name: 'a standard list with a protocol',
      piece: "'110': [permit",
      by: "'10': [permit",
      says: /knows sources alone/,
    },
    {
      name: 'one interface',
      piece: 'out: { on: wan, ip: 192.0.2.1/24 }',
      by: '',
      says: /a router joins segments/,
    },
    {
      name: 'a route by nobody near',
      piece: 'state: true',
      by: 'state: true\n    routes: [{ to: 0.0.0.0/0, via: 172.16.0.1 }]',
      says: /172\.16\.0\.1 is on no segment/,
    },
    {
      name: 'a helper without a table',
      piece: "state: true\n    nat: { outside: out, forward: ['tcp 192.0.2.1:80 to 10.8.0.80:8080'] }",
      by: 'state: false',
      says: /a helper opens a door in the table/,
    },
    {
      name: 'an outside that is not there',
      piece: 'outside: out',
      by: 'outside: uot',
      says: /"uot" is no interface of this router: did you mean "out"/,
    },
    {
      name: 'a forward that is none',
      piece: 'tcp 192.0.2.1:80 to',
      by: 'tcp 192.0.2.1 to',
      says: /forwards nothing: write udp or tcp/,
    },
    {
      name: 'a forward of another address',
      piece: 'tcp 192.0.2.1:80',
      by: 'tcp 192.0.2.2:80',
      says: /192\.0\.2\.2 is no outer address of this router: write one of 192\.0\.2\.1/,
    },
    {
      name: 'ports the wrong way round',
      piece: 'outside: out,',
      by: 'outside: out, ports: 9-1,',
      says: /"9-1" is no range of ports/,
    },
    {
      name: 'a timeout of nothing',
      piece: 'state: true',
      by: 'state: true\n    timeouts: { udp: 0s }',
      says: /no entry would live/,
    },
    {
      name: 'a service without files',
      piece: 'from: ftp',
      by: 'from: dns',
      says: /"dns" is no service that gives files/,
    },
    {
      name: 'a rule that is none',
      piece: 'HE-FW-001 line',
      by: 'HE-FW-901 line',
      says: /"HE-FW-901" is no rule/,
    },
    {
      name: 'a state that a client never has',
      piece: 'pc fetched',
      by: 'pc fetchd',
      says: /a client has no state "fetchd": did you mean "fetched"/,
    },
    {
      name: 'an address that is taken',
      piece: 'ip: 10.8.0.10,',
      by: 'ip: 10.8.0.1,',
      says: /10\.8\.0\.1 is already the address of fw/,
    },
  ])('$name', ({ piece, by, says }) => {
    expect(mistakes(piece, by).join('\n')).toMatch(says);
  });
});
