import type { Crypto } from '../../core/crypto.ts';
import { escapeText } from '../../core/text.ts';
import { mistakesIn } from '../mistakes.ts';
import { readBoot, type SeenBoot } from './boot.ts';
import { savedFiles, type SavedFile } from './files.ts';
import { writeBoot } from './write.ts';

export interface CaptureRequest {
  readonly octets: Uint8Array;
  /** The capture's, for comments. */
  readonly fileName: string;
  /** The new scenario's name. */
  readonly name: string;
  /** Where its files will be, from the scenario's folder. */
  readonly folder: string;
  readonly crypto: Crypto;
}

export interface ImportedBoot {
  /** A scenario file. */
  readonly scenario: string;
  /** To be written into the folder. */
  readonly files: readonly SavedFile[];
  /** What a person should know, one clause each. */
  readonly remarks: readonly string[];
  /** What was found, in one line. */
  readonly summary: string;
  /** How many clients were leased an address in it: without any it shows no boot. */
  readonly leases: number;
  /** What is wrong with the scenario that was made: empty, unless headend is. */
  readonly mistakes: readonly string[];
}

/** A scenario in which the clients of a capture boot again. Throws `DecodeError` for what is no capture. */
export function importCapture({ octets, fileName, name, folder, crypto }: CaptureRequest): ImportedBoot {
  const boot = readBoot(octets);
  const { files, remarks } = savedFiles(boot.fetched, folder, crypto);
  const source = escapeText(fileName.split(/[/\\]/).at(-1) ?? fileName).slice(0, 100);
  const scenario = writeBoot(boot, files, { name, source });
  return {
    scenario,
    files,
    remarks: [...remarksOn(boot), ...remarks],
    summary: summaryOf(boot, files.length),
    leases: leasesIn(boot),
    mistakes: mistakesIn(scenario),
  };
}

function leasesIn({ clients }: SeenBoot): number {
  return [...clients.byMac.values()].filter(({ lease }) => lease !== undefined).length;
}

function summaryOf(boot: SeenBoot, files: number): string {
  const { clients, names, timeServers, datagrams } = boot;
  const parts = [
    counted(clients.byMac.size, 'client'),
    counted(leasesIn(boot), 'lease'),
    counted(files, 'file'),
    counted(timeServers.size, 'time server'),
    counted(names.zones().size, 'zone'),
  ];
  return `${parts.join(', ')} in ${counted(datagrams, 'datagram')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function remarksOn({ clients, names, passedOver }: SeenBoot): string[] {
  const remarks: string[] = [];
  for (const [why, count] of passedOver)
    if (why !== 'is no UDP' && why !== 'is no IP')
      remarks.push(`passed over, since it ${why}: ${counted(count, 'packet')}`);
  if (clients.left > 0) remarks.push(`there are more clients: ${clients.left} are left out`);
  if (clients.relays.size > 1)
    remarks.push(
      `there are ${clients.relays.size} relays: all clients are put behind one CMTS, which has the first as giaddr`,
    );
  if (clients.servers.size > 1)
    remarks.push(`there are ${clients.servers.size} DHCP servers: the first has all subnets`);
  if (names.unsaid > 0)
    remarks.push(`${counted(names.unsaid, 'record')} have names that a scenario does not take`);
  const without = [...clients.byMac.values()].filter(({ lease }) => lease === undefined).length;
  if (without > 0) remarks.push(`${without} clients got no lease in it: they have no reservation`);
  return remarks;
}
