import type { Ipv4 } from '../core/address.ts';
import { ScenarioError } from '../config/mistakes.ts';
import { mistakesIn } from './mistakes.ts';
import type { Draft } from './draft.ts';
import { importDhcpd } from './dhcpd/dhcpd.ts';
import { importDnsmasq } from './dnsmasq/dnsmasq.ts';
import { finish } from './finish.ts';
import type { IncludedFile, Includes } from './includes.ts';
import { importKea } from './kea/kea.ts';
import { Notes, type Note } from './notes.ts';
import type { Format } from './option-names.ts';
import { writeScenario } from './write.ts';

export interface ImportRequest {
  readonly text: string;
  readonly fileName: string;
  /** Left out: by what the text looks like. */
  readonly format?: Format | undefined;
  /** The server's own address; left out: what the file says, or a free one. */
  readonly address?: Ipv4 | undefined;
  /** An included file, or why it is not read. */
  readonly include: (path: string, from: string) => IncludedFile | string;
}

export interface Imported {
  readonly format: Format;
  /** A scenario file. */
  readonly scenario: string;
  readonly notes: readonly Note[];
  /** What is wrong with the scenario that was made: empty, unless headend is. */
  readonly mistakes: readonly string[];
}

const READERS: Readonly<Record<Format, (text: string, file: string, includes: Includes) => Draft>> = {
  kea: importKea,
  dhcpd: importDhcpd,
  dnsmasq: importDnsmasq,
};

const PROGRAMS: Readonly<Record<Format, string>> = { kea: "Kea's", dhcpd: "dhcpd's", dnsmasq: "dnsmasq's" };

/** A scenario file that serves what another server's configuration says. Throws `ScenarioError` for what cannot be read. */
export function importConfiguration(request: ImportRequest): Imported {
  const { text, fileName, address } = request;
  const format = request.format ?? formatOf(text);
  const notes = new Notes();
  const draft = READERS[format](text, fileName, { read: request.include, notes, count: 0 });
  const plan = finish(draft, address, fileName, notes);
  if (plan.subnets.length === 0 && draft.tftp === undefined && draft.zones.length === 0) {
    const message = 'there is nothing in it that headend can serve';
    const rest = notes.inOrder().filter(({ severity }) => severity === 'warning');
    const hint = rest.length === 0 ? 'is it the right file?' : `${rest.length} things were not taken over`;
    throw new ScenarioError(fileName, [{ line: 1, column: 1, path: '', message, hint }]);
  }
  const list = notes.inOrder();
  const scenario = writeScenario(plan, {
    name: scenarioName(fileName),
    source: `${PROGRAMS[format]} ${baseName(fileName)}`,
    warnings: list.filter(({ severity }) => severity === 'warning').length,
  });
  return { format, scenario, notes: list, mistakes: mistakesIn(scenario) };
}

/** JSON is Kea's, statements that end with a semicolon are dhcpd's, lines of `key=value` dnsmasq's. */
function formatOf(text: string): Format {
  const bare = text.slice(0, 200_000).replace(/^\s*(?:#|\/\/).*$/gm, '');
  if (/^\s*(?:\/\*[^]*?\*\/\s*)*\{/.test(bare)) return 'kea';
  return /[;{]\s*(?:#.*)?$/m.test(bare) ? 'dhcpd' : 'dnsmasq';
}

function baseName(fileName: string): string {
  return fileName.split(/[/\\]/).at(-1) ?? fileName;
}

/** A scenario's name out of a file's. */
function scenarioName(fileName: string): string {
  const stem = baseName(fileName).replace(/\.[A-Za-z0-9]{1,8}$/, '');
  const name = stem
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name.slice(0, 64) || 'imported';
}
