import { expect, test } from 'vitest';
import { chooseHosts } from '../../../src/api/serve.ts';
import type { HostSpec } from '../../../src/core/driver.ts';

function host(name: string, kind: string, more: Partial<HostSpec> = {}): HostSpec {
  return {
    name,
    kind,
    group: name,
    interfaces: [],
    routes: [],
    forwards: false,
    udpPorts: [],
    tcpPorts: [],
    create: () => {
      throw new Error('nobody runs here');
    },
    ...more,
  };
}

const PLANT = {
  segments: [],
  links: [],
  hosts: [
    host('dhcp', 'dhcp+tftp', { services: ['dhcp', 'tftp'] }),
    host('cmts', 'cmts', { forwards: true }),
    host('cm[0]', 'cable-modem', { group: 'cm' }),
    host('cm[1]', 'cable-modem', { group: 'cm' }),
    host('fw', 'router', { forwards: true, inspects: true }),
  ],
};

test.each([
  { name: 'left out: the servers', only: undefined, chosen: ['dhcp'] },
  { name: 'a group', only: ['cm'], chosen: ['cm[0]', 'cm[1]'] },
  {
    name: 'one of a group, and a service at an address with another',
    only: ['tftp', 'cm[1]'],
    chosen: ['dhcp', 'cm[1]'],
  },
  { name: 'a CMTS', only: ['cmts'], chosen: ['cmts'] },
])('who runs under serve: $name', ({ only, chosen }) => {
  expect(chooseHosts(PLANT, only).map(({ name }) => name)).toEqual(chosen);
});

test.each([
  { name: 'nobody of that name', only: ['cmtss'], says: /--only.*cmtss.*did you mean cmts\?/ },
  {
    name: 'a router, by its name',
    only: ['dhcp', 'fw'],
    says: /--only.*fw.*a router acts in headend run, in real networks the kernel routes/,
  },
])('a mistake: $name', ({ only, says }) => {
  expect(() => chooseHosts(PLANT, only)).toThrow(says);
});
