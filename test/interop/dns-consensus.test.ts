import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { Flag } from '../../src/codec/dns/header.ts';
import { ROOT } from '../../src/codec/dns/name.ts';
import { type ResourceRecord, formatRecord } from '../../src/codec/dns/record.ts';
import { Type, rcodeName } from '../../src/codec/dns/registry.ts';
import { parseZoneText } from '../../src/codec/dns/zone-text.ts';
import { DnsService } from '../../src/service/dns.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';
import { ask, query } from '../support/dns-client.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = process.env['HEADEND_CONFORMANCE'] ?? join(root, '../shared/conformance');
const file = join(folder, 'dns-consensus.jsonl.gz');

interface ConsensusTest {
  readonly id: number;
  readonly zone: string;
  readonly qname: string;
  readonly qtype: string;
  readonly rcode: string;
  readonly aa: boolean;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
}

function records(lines: readonly string[]): ResourceRecord[] {
  const list: ResourceRecord[] = [];
  parseZoneText(lines.join('\n'), { file: 'expected' }, (record) => list.push(record));
  return list;
}

/** Names without case, the octets of other data as they are; in no order. */
function comparable(list: readonly ResourceRecord[]): string[] {
  return list
    .map((record) => {
      const text = formatRecord({ ...record, owner: ROOT });
      return `${record.owner.key} ${record.type === Type.TXT ? text : text.toLowerCase()}`;
    })
    .sort();
}

/** What we say differently; undefined where we agree. */
function difference(one: ConsensusTest): string | undefined {
  const zones = new ZoneSet([loadZone(one.zone, { file: `zone ${one.id}` })]);
  const service = new DnsService({ zones, random: new Random(1) });
  const edns = { payloadOctets: 4096, version: 0, flags: 0, options: [] };
  const reply = ask(service, query(one.qname, one.qtype, { edns }));
  if (reply === undefined) return `${one.id}: no reply`;
  const authority = one.answer.length === 0;
  const got = {
    rcode: rcodeName(reply.rcode),
    aa: (reply.flags & Flag.AA) !== 0,
    answer: comparable(reply.answers),
    authority: authority ? comparable(reply.authorities) : [],
  };
  const wanted = {
    rcode: one.rcode,
    aa: one.aa,
    answer: comparable(records(one.answer)),
    authority: authority ? comparable(records(one.authority)) : [],
  };
  if (JSON.stringify(got) === JSON.stringify(wanted)) return undefined;
  return `${one.id}: ${one.qname} ${one.qtype}\n${one.zone}wanted ${JSON.stringify(wanted)}\ngot    ${JSON.stringify(got)}`;
}

describe.skipIf(!existsSync(file))('answers on which BIND, NSD, Knot and PowerDNS agree', () => {
  test('all of them', () => {
    const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
    const differences = lines
      .map((line) => difference(JSON.parse(line) as ConsensusTest))
      .filter((text) => text !== undefined);
    console.log(`conformance: ${lines.length - differences.length} of ${lines.length} passed`);
    expect(lines.length).toBeGreaterThan(4_000);
    expect(differences.slice(0, 5).join('\n\n')).toBe('');
    expect(differences.length).toBe(0);
  });
});

test.runIf(!existsSync(file))('where the data is not there, it is said', () => {
  console.log('conformance: absent');
  expect(existsSync(file)).toBe(false);
});
