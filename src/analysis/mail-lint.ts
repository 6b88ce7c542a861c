import { Name, formatName, parseName } from '../codec/dns/name.ts';
import { fromBase64 } from '../codec/dns/base64.ts';
import { Type } from '../codec/dns/registry.ts';
import { parseIpv4, parseIpv6, parsePrefix } from '../core/address.ts';
import { ZONE } from '../core/rules/zone.ts';
import { latin1Text } from '../core/text.ts';
import type { RRset, Zone } from '../store/zone.ts';
import { type ZoneRemark, nodeFor, remark } from './zone-remark.ts';

/** SPF, DMARC and DKIM among the TXT records of one name. */
export function* lintMail(zone: Zone, rrset: RRset): Generator<ZoneRemark> {
  const texts = rrset.rdatas.map(joined);
  const name = formatName(rrset.owner);
  const spf = texts.filter(isSpf);
  if (spf.length > 1)
    yield remark(ZONE.spfTwice, 'warning', rrset, `${name}: ${spf.length} records`, 'one SPF record');
  for (const text of spf) {
    const wrong = text
      .split(/ +/)
      .slice(1)
      .find((term) => term !== '' && !isSpfTerm(term));
    if (wrong !== undefined)
      yield remark(
        ZONE.spfBroken,
        'warning',
        rrset,
        `${name}: ${JSON.stringify(wrong)}`,
        'a mechanism of SPF',
      );
    const count = spfLookups(zone, text, 0);
    if (count > SPF_LOOKUPS_MAX)
      yield remark(
        ZONE.spfLookups,
        'warning',
        rrset,
        `${name}: ${count} look-ups`,
        `at most ${SPF_LOOKUPS_MAX}`,
      );
  }
  const first = latin1Text(rrset.owner.octets.subarray(1, 1 + (rrset.owner.octets[0] ?? 0))).toLowerCase();
  const second = rrset.owner.labelCount > 1 ? formatName(rrset.owner.parent()).toLowerCase() : '';
  for (const text of texts) {
    if (first === '_dmarc' && text.startsWith('v=DMARC1')) {
      const wrong = dmarcFault(text);
      if (wrong !== undefined)
        yield remark(ZONE.dmarcBroken, 'warning', rrset, `${name}: ${wrong}`, 'as RFC 7489 §6.3');
    }
    if (second.startsWith('_domainkey.')) {
      const wrong = dkimFault(text);
      if (wrong !== undefined)
        yield remark(ZONE.dkimBroken, 'warning', rrset, `${name}: ${wrong}`, 'as RFC 6376 §3.6.1');
    }
  }
}

/** RFC 7208 §3.3: the strings of one record, joined without anything between. */
function joined(rdata: Uint8Array): string {
  let text = '';
  for (let at = 0; at < rdata.length; at += 1 + (rdata[at] ?? 0))
    text += latin1Text(rdata.subarray(at + 1, at + 1 + (rdata[at] ?? 0)));
  return text;
}

/** RFC 7208 §4.5. */
function isSpf(text: string): boolean {
  return /^v=spf1( |$)/i.test(text);
}

/** RFC 7208 §4.6.4. */
const SPF_LOOKUPS_MAX = 10;

/** Terms that make a receiver ask; those of records of this zone that are included count too. */
function spfLookups(zone: Zone, text: string, depth: number): number {
  let count = 0;
  for (const term of text.split(/ +/).slice(1)) {
    const [, mechanism = '', target] =
      /^[-+~?]?(include|a|mx|ptr|exists|redirect)(?:[:=]([^/]+))?(?:\/.*)?$/i.exec(term) ?? [];
    if (mechanism === '') continue;
    count++;
    if (!/^(include|redirect)$/i.test(mechanism) || depth === SPF_LOOKUPS_MAX || target === undefined)
      continue;
    const included = parseName(target);
    const node = included instanceof Name ? nodeFor(zone, included) : undefined;
    if (node === undefined || node === 'elsewhere') continue;
    const record = node.rrset(Type.TXT)?.rdatas.map(joined).find(isSpf);
    if (record !== undefined) count += spfLookups(zone, record, depth + 1);
    if (count > 100) return count;
  }
  return count;
}

/** RFC 7208 §5 and §6; an unknown modifier (`name=value`) is allowed. */
function isSpfTerm(term: string): boolean {
  const [, name = '', value] = /^[-+~?]?([A-Za-z][A-Za-z0-9._-]*)(?:[:=/](.*))?$/.exec(term) ?? [];
  switch (name.toLowerCase()) {
    case 'all':
      return value === undefined;
    case 'a':
    case 'mx':
    case 'ptr':
      return true;
    case 'include':
    case 'exists':
      return value !== undefined && value !== '' && term.includes(':');
    case 'ip4':
      return value !== undefined && isNetwork(value, parseIpv4);
    case 'ip6':
      return value !== undefined && isNetwork(value, parseIpv6);
    default:
      return /^[A-Za-z][A-Za-z0-9._-]*=/.test(term);
  }
}

function isNetwork(text: string, parse: (text: string) => unknown): boolean {
  return (
    parse(text) !== undefined ||
    (parsePrefix(text) !== undefined && parse(text.split('/')[0] ?? '') !== undefined)
  );
}

/** RFC 7489 §6.4: tags with semicolons between, v first, p second. */
function dmarcFault(text: string): string | undefined {
  const tags = tagsOf(text);
  if (tags === undefined) return 'no list of tags';
  const [first, second] = tags;
  if (first?.[1] !== 'DMARC1') return 'v=DMARC1 does not come first';
  const policies = /^(none|quarantine|reject)$/i;
  if (second?.[0] !== 'p' || !policies.test(second[1])) return 'p= is not none, quarantine or reject';
  for (const [name, value] of tags) {
    if (name === 'sp' && !policies.test(value)) return 'sp= is not none, quarantine or reject';
    if (name === 'pct' && !(/^\d{1,3}$/.test(value) && Number(value) <= 100)) return 'pct= is not 0 to 100';
    if (
      (name === 'rua' || name === 'ruf') &&
      !value.split(',').every((uri) => /^\s*[a-z][a-z0-9+.-]*:/i.test(uri))
    )
      return `${name}= is no list of URIs such as mailto:a@example.com`;
  }
  return undefined;
}

/** RFC 6376 §3.6.1: tags in any order, v first where it is there; an empty p says that the key was revoked. */
function dkimFault(text: string): string | undefined {
  const tags = tagsOf(text);
  if (tags === undefined) return 'no list of tags';
  const version = tags.findIndex(([name]) => name === 'v');
  if (version > 0 || (version === 0 && tags[0]?.[1] !== 'DKIM1')) return 'v=DKIM1 does not come first';
  const key = tags.find(([name]) => name === 'p')?.[1];
  if (key === undefined) return 'there is no p=';
  return fromBase64(key.replace(/\s/g, '')) === undefined ? 'p= is not base 64' : undefined;
}

function tagsOf(text: string): (readonly [string, string])[] | undefined {
  const parts = text.replace(/;\s*$/, '').split(';');
  const tags = parts.map((part) => /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/s.exec(part));
  const list = tags.flatMap((tag) => (tag === null ? [] : [[tag[1] ?? '', tag[2] ?? ''] as const]));
  return list.length === tags.length ? list : undefined;
}
