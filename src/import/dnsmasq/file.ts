import { parseIpv4, parsePrefix, prefixContains } from '../../core/address.ts';
import type { Draft } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import type { RecordCollector } from './dns.ts';
import type { HostLine } from './hosts.ts';
import type { Line } from './lines.ts';
import type { TaggedOptions } from './options.ts';
import type { Range } from './ranges.ts';
import type { Tags, TagTest } from './tags.ts';

/** What was read of a file, before it is put together. */
export interface DnsmasqFile {
  readonly draft: Draft;
  readonly notes: Notes;
  readonly tags: Tags;
  readonly options: TaggedOptions;
  readonly records: RecordCollector;
  readonly ranges: Range[];
  readonly hosts: HostLine[];
  /** `dhcp-ignore`: clients with all of these tags get nothing. */
  readonly ignored: { readonly origin: Origin; readonly tests: readonly TagTest[] }[];
  /** `shared-network`: an address on the link, and one that is served there, too. */
  readonly shared: { readonly origin: Origin; readonly addresses: readonly string[] }[];
  domain: { readonly name: string; readonly origin: Origin } | undefined;
  servesDns: boolean;
  tftp: Origin | undefined;
  tftpRoot: Line | undefined;
  singlePort: boolean;
  sessions: number | undefined;
  negativeSeconds: number | undefined;
}

/** The name of the link that an address is on, when `shared-network` lines join it with others. */
export function sharedName(found: DnsmasqFile, address: string): string | undefined {
  const own = parsePrefix(address);
  for (const [index, { addresses }] of found.shared.entries())
    for (const text of addresses) {
      const other = parseIpv4(text);
      if (own !== undefined && other !== undefined && prefixContains(own, other))
        return `shared-${index + 1}`;
    }
  return undefined;
}
