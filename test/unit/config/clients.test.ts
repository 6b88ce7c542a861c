import { expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import type { DhcpServiceConfig } from '../../../src/config/scenario.ts';
import { dhcpServerOptions } from '../../../src/topology/dhcp.ts';
import { mistakesIn, plantWith } from './plant.ts';

const LEASE = 'lease: 24h';

test.each([
  {
    name: 'an option that there is not',
    by: "when: { vendor-clas: 'docsis*' }",
    says: [
      'small.yaml:19:17 services.dhcp.subnets[0].when.vendor-clas: a client has no such thing: write the name of a DHCP option, or one of vendor-class-identifier, user-class, mac, member, circuit-id, remote-id, subscriber-id',
    ],
  },
  {
    name: 'a sub-option that is misspelt',
    by: "unless: [{ mac: '00:10:18:*' }, { circut-id: '*' }]",
    says: [
      'small.yaml:19:43 services.dhcp.subnets[0].unless[1].circut-id: a client has no such thing: did you mean "circuit-id"?',
    ],
  },
  {
    name: 'no member of anything',
    by: 'when: { member: router }',
    says: [
      'small.yaml:19:25 services.dhcp.subnets[0].when.member: "router" is no member: write modem or cpe',
    ],
  },
  {
    name: 'a test that asks nothing',
    by: 'when: {}',
    says: [
      'small.yaml:19:15 services.dhcp.subnets[0].when: nothing is asked of the client: write an option and a pattern',
    ],
  },
  {
    name: 'a class that says nothing',
    by: 'classes: [{ when: { user-class: iPXE } }]',
    says: [
      'small.yaml:19:19 services.dhcp.subnets[0].classes[0]: the class says nothing to its clients: add tftp: or options:',
    ],
  },
  {
    name: 'nowhere to boot from',
    by: 'classes: [{ tftp: {} }]',
    says: [
      'small.yaml:19:27 services.dhcp.subnets[0].classes[0].tftp: there is neither a server nor a file: add server:, file:, or both',
    ],
  },
])('$name', ({ by, says }) => {
  expect(mistakesIn(plantWith(LEASE, by))).toEqual(says);
});

test('a hold that is no whole second', () => {
  expect(mistakesIn(plantWith('capacity: {', 'offer-hold: 1500ms\n    capacity: {'))).toEqual([
    'small.yaml:14:17 services.dhcp.offer-hold: an address is held for whole seconds: write 1s or more',
  ]);
});

test('switches of the engine and tests of clients come to the engine', () => {
  const text = plantWith(
    'capacity: {',
    'ignore-client-id: true\n    ack-without-data: true\n    offer-hold: 30s\n    decline-hold: 1h\n    capacity: {',
  ).replace(
    LEASE,
    `shared-network: cable
        when: [{ user-class: iPXE, circuit-id: { hex: '00 01' } }, { mac: '00:10:18:*' }]
        unless: { vendor-class-identifier: { hex-start: 'ff' } }
        classes: [{ name: boots, when: { member: cpe }, tftp: { file: x } }]`,
  );
  const { services, epochUs } = parseScenario(text, 'small.yaml');
  const dhcp = services.find((service): service is DhcpServiceConfig => service.kind === 'dhcp')!;
  const options = dhcpServerOptions(dhcp, { epoch: { us: epochUs } });
  expect(options).toMatchObject({
    ignoresClientId: true,
    acksWithoutRequestData: true,
    acceptsWithoutServerId: false,
    offerHoldSeconds: 30,
    declineHoldSeconds: 3600,
  });
  const start = { kind: 'octets', octets: Uint8Array.of(0xff), at: 'start' };
  expect(options.subnets[0]).toMatchObject({
    sharedNetwork: 'cable',
    test: {
      when: [
        [
          { kind: 'option', code: 77, match: { kind: 'glob', glob: 'iPXE' } },
          { kind: 'relay', code: 1, match: { kind: 'octets', octets: Uint8Array.of(0, 1), at: 'whole' } },
        ],
        [{ kind: 'mac', match: { kind: 'glob', glob: '00:10:18:*' } }],
      ],
      unless: [[{ kind: 'option', code: 60, match: start }]],
    },
    classes: [
      {
        name: 'boots',
        test: { when: [[{ kind: 'member', member: 'cpe' }]], unless: [] },
        provision: { server: undefined, file: 'x', siaddr: 'none' },
      },
    ],
  });
});
