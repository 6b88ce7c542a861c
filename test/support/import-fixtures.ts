import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { importConfiguration, type Imported, type ImportRequest } from '../../src/import/import.ts';

const FOLDER = resolve(import.meta.dirname, '../../fixtures/import');

/** The configurations of other servers under fixtures/import, those that others include left out. */
export const FIXTURES = [
  'kea-cable.conf',
  'kea-office.conf',
  'kea-small.conf',
  'dhcpd-cable.conf',
  'dhcpd-office.conf',
  'dhcpd-guests.conf',
  'dnsmasq-home.conf',
  'dnsmasq-pxe.conf',
  'dnsmasq-cable.conf',
] as const;

export function fixtureText(name: string): string {
  return readFileSync(resolve(FOLDER, name), 'utf8');
}

export function fixtureFormat(name: string): 'kea' | 'dhcpd' | 'dnsmasq' {
  return name.startsWith('kea') ? 'kea' : name.startsWith('dhcpd') ? 'dhcpd' : 'dnsmasq';
}

/** Includes are read from fixtures/import. */
export function importFixture(name: string): Imported {
  return importText({ text: fixtureText(name), fileName: name });
}

export function importText(request: Omit<ImportRequest, 'include'>): Imported {
  return importConfiguration({
    ...request,
    include: (path) => {
      try {
        return { file: path, text: fixtureText(path) };
      } catch {
        return 'there is no such file';
      }
    },
  });
}
