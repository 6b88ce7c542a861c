import { isIpv4, parseIp } from '../../core/address.ts';
import { emptyDraft, type Draft } from '../draft.ts';
import type { Includes } from '../includes.ts';
import { dismissed, unsupported } from './dismissed.ts';
import { RECORD_KEYS, RecordCollector } from './dns.ts';
import { isLine } from '../told-check.ts';
import { readHost } from './hosts.ts';
import { parseDnsmasq, type Line } from './lines.ts';
import { TaggedOptions } from './options.ts';
import { readRange, secondsOf } from './ranges.ts';
import type { DnsmasqFile } from './file.ts';
import { addSubnets } from './subnets.ts';
import { MATCHERS, readMatcher, Tags, tagTest } from './tags.ts';

/** Reads dnsmasq.conf. Throws `ScenarioError` for lines that are none of it. */
export function importDnsmasq(text: string, file: string, includes: Includes): Draft {
  const { notes } = includes;
  const found: DnsmasqFile = {
    draft: emptyDraft(),
    notes,
    tags: new Tags(),
    options: new TaggedOptions(notes),
    records: new RecordCollector(notes),
    ranges: [],
    hosts: [],
    ignored: [],
    shared: [],
    domain: undefined,
    servesDns: true,
    tftp: undefined,
    tftpRoot: undefined,
    singlePort: false,
    sessions: undefined,
    negativeSeconds: undefined,
  };
  for (const line of parseDnsmasq(text, file, includes)) readLine(line, found);
  const { draft, servesDns } = found;
  if (found.ranges.length > 0) {
    draft.own = { dns: servesDns };
    draft.authoritative ??= false;
  }
  addSubnets(found);
  addTftp(found);
  if (servesDns) draft.zones.push(...found.records.zones(found.negativeSeconds));
  return draft;
}

function readLine(line: Line, found: DnsmasqFile): void {
  const { key, origin, value, parts } = line;
  const { notes, tags, records, options, draft } = found;
  if (RECORD_KEYS.has(key)) return records.take(line);
  if (MATCHERS.has(key)) return readMatcher(line, tags, notes);
  switch (key) {
    case 'dhcp-range': {
      const range = readRange(line, notes);
      if (range !== undefined) found.ranges.push(range);
      return;
    }
    case 'dhcp-host': {
      const host = readHost(line, tags, notes);
      if (host !== undefined) found.hosts.push(host);
      return;
    }
    case 'dhcp-option':
      return options.takeOption(line, false);
    case 'dhcp-option-force':
      return options.takeOption(line, true);
    case 'dhcp-boot':
      return options.takeBoot(line);
    case 'dhcp-ignore':
      found.ignored.push({
        origin,
        tests: parts.flatMap(({ text }) => tagTest(text) ?? tagTest(`tag:${text}`) ?? []),
      });
      return;
    case 'shared-network':
      found.shared.push({ origin, addresses: parts.map(({ text }) => text) });
      return;
    case 'dhcp-authoritative':
      draft.authoritative = true;
      return;
    case 'dhcp-ignore-clid':
      draft.ignoreClientId = true;
      return;
    case 'interface':
      for (const { text } of parts) tags.addInterface(text);
      return notes.say(origin, 'a file does not name interfaces', `serve with --interface ${value}`);
    case 'listen-address':
      return listenAddress(line, found);
    default:
      readServerLine(line, found);
  }
}

function readServerLine(line: Line, found: DnsmasqFile): void {
  const { key, origin, value, parts } = line;
  const { notes, records } = found;
  switch (key) {
    case 'port':
      if (value === '0') found.servesDns = false;
      else if (value !== '53')
        notes.warn(origin, `port ${value} was not taken over`, 'headend answers DNS on port 53');
      return;
    case 'domain':
      return domainLine(line, found);
    case 'local':
      for (const name of value.split('/').filter((part) => part !== '')) records.addApex(name, origin);
      return;
    case 'auth-zone':
      records.addApex(parts[0]?.text ?? '', origin);
      if (parts.length > 1) notes.warn(origin, 'the subnets of auth-zone were not taken over');
      return;
    case 'neg-ttl':
      found.negativeSeconds = secondsOf(value);
      return;
    case 'enable-tftp':
      found.tftp = origin;
      if (value !== '') notes.say(origin, 'TFTP answers where DHCP does', 'serve says where');
      return;
    case 'tftp-root':
      found.tftpRoot = line;
      return;
    case 'tftp-single-port':
      found.singlePort = true;
      return;
    case 'tftp-max':
      found.sessions = /^\d{1,6}$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
      return;
    default: {
      const why = dismissed(key);
      if (why !== undefined) notes.say(origin, `"${key}" has no meaning here`, why);
      else notes.warn(origin, `"${key}" was not taken over`, unsupported(key));
    }
  }
}

function listenAddress({ parts, origin }: Line, { draft, notes }: DnsmasqFile): void {
  for (const { text } of parts) {
    const address = parseIp(text);
    if (address === undefined || !isIpv4(address))
      notes.warn(origin, `the address "${text}" was not taken over`);
    // 127.0.0.1 is where it answers this machine.
    else if (address >>> 24 !== 127) draft.address ??= { address, origin };
  }
}

/** `domain=lab.example[,network]`; `#` is what resolv.conf says. */
function domainLine({ parts, origin, value }: Line, found: DnsmasqFile): void {
  const name = parts[0]?.text ?? '';
  if (parts.length > 1 || !/^[A-Za-z0-9.-]{1,253}$/.test(name))
    return found.notes.warn(
      origin,
      `"domain=${value}" was not taken over`,
      'write option domain-name of the subnet',
    );
  found.domain = { name, origin };
  found.records.addApex(name, origin);
}

function addTftp({ draft, notes, tftp, tftpRoot, singlePort, sessions }: DnsmasqFile): void {
  const folder = tftpRoot?.parts[0]?.text;
  if (tftp === undefined) {
    if (tftpRoot !== undefined) notes.say(tftpRoot.origin, 'TFTP is not enabled', 'enable-tftp is missing');
    return;
  }
  if (
    tftpRoot === undefined ||
    folder === undefined ||
    !isLine(folder) ||
    folder.trim() === '' ||
    folder.length > 1_000 ||
    folder.includes('\\')
  )
    return notes.warn(tftp, 'TFTP was not taken over', 'there is no tftp-root to serve');
  if (tftpRoot.parts.length > 1) notes.warn(tftpRoot.origin, 'the root is for all interfaces here');
  draft.tftp = { origin: tftpRoot.origin, folder, singlePort, sessions };
  if (folder.startsWith('/'))
    notes.say(
      tftpRoot.origin,
      `${folder} is outside of the scenario's folder`,
      'use --allow-path with what was made',
    );
}
