import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseScenario } from '../../../src/config/parse.ts';
import { formatIp } from '../../../src/core/address.ts';

const FOLDER = join(import.meta.dirname, '../../../deploy');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

const scenario = parseScenario(read('lab.yaml'), 'lab.yaml');
const cmts = scenario.devices.find((device) => device.kind === 'cmts');
const server = formatIp(scenario.services[0]!.addresses[0]!.address);
const uplink = formatIp(cmts!.uplinkAddress.address);
const cable = formatIp(cmts!.giaddr.address);

interface Compose {
  readonly services: Record<
    string,
    {
      readonly command: readonly string[];
      readonly networks: Record<string, { readonly ipv4_address: string }>;
      readonly volumes: readonly string[];
      readonly healthcheck: { readonly test: readonly string[] };
    }
  >;
  readonly networks: Record<string, { readonly ipam: { readonly config: readonly { subnet: string }[] } }>;
}

interface Clab {
  readonly topology: {
    readonly nodes: Record<
      string,
      {
        readonly cmd: string;
        readonly exec?: readonly string[];
        readonly binds?: readonly string[];
        readonly 'network-mode': string;
      }
    >;
    readonly links: readonly { readonly endpoints: readonly [string, string] }[];
  };
}

const compose = parse(read('compose.yaml')) as Compose;
const clab = (parse(read('headend.clab.yml')) as Clab).topology;

describe('the labs stand where their scenario says', () => {
  test('compose: the addresses of servers and CMTS, inside of the networks', () => {
    const { servers, cable: plant } = compose.services;
    expect(servers?.networks).toEqual({ core: { ipv4_address: server } });
    expect(plant?.networks).toEqual({ core: { ipv4_address: uplink }, hfc: { ipv4_address: cable } });
    expect(compose.networks['core']?.ipam.config[0]?.subnet).toBe('10.90.0.0/24');
    expect(compose.networks['hfc']?.ipam.config[0]?.subnet).toBe('10.91.0.0/18');
  });

  test('containerlab: the same, given to the wires', () => {
    expect(clab.nodes['servers-net']?.exec).toContain(`ip address add ${server}/24 dev eth1`);
    expect(clab.nodes['cable-net']?.exec).toContain(`ip address add ${uplink}/24 dev eth1`);
    expect(clab.nodes['cable-net']?.exec).toContain(`ip address add ${cable}/18 dev eth2`);
  });

  test.each(['servers', 'cable'])('%s is started alike by both', (part) => {
    expect(clab.nodes[part]?.cmd.split(' ')).toEqual(compose.services[part]?.command);
    expect(clab.nodes[part]?.['network-mode']).toBe(`container:${part}-net`);
  });

  test('what is mounted is there, and every wire ends at nodes', () => {
    const mounted = [
      ...Object.values(compose.services).flatMap(({ volumes }) => volumes),
      ...Object.values(clab.nodes).flatMap(({ binds }) => binds ?? []),
    ].map((bind) => bind.split(':')[0] ?? '');
    for (const path of mounted.filter((name) => !['leases', 'plant'].includes(name)))
      expect(existsSync(join(FOLDER, path)), path).toBe(true);
    for (const { endpoints } of clab.links)
      for (const end of endpoints) expect(Object.keys(clab.nodes)).toContain(end.split(':')[0]);
  });
});
