import { utf8Octets } from '../../src/core/text.ts';
import { type DnsMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import type { ResourceRecord } from '../../src/codec/dns/record.ts';
import { Class, Opcode, Type } from '../../src/codec/dns/registry.ts';
import { updateRecords } from '../../src/codec/dns/update-text.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { TsigKeys } from '../../src/engine/dns/tsig.ts';
import { query } from '../support/dns-client.ts';

const APEX = 'lab.example';
/** As soak.yaml has it: the octets of `soak` in base 64. */
const KEY = { name: toName('soak.key'), algorithm: 'hmac-sha256', secret: utf8Octets('soak') };
/** Nine hours into 2026-01-01: with the longest FUDGE they are good for all of a run's time. */
const SIGNED_AT = 1_767_225_600 + 9 * 3_600;

const empty = { class: Class.NONE, ttl: 0, rdata: new Uint8Array(0) };
const inUse = (owner: string): ResourceRecord => ({
  ...empty,
  class: Class.ANY,
  owner: toName(owner),
  type: Type.ANY,
});
const notInUse = (owner: string): ResourceRecord => ({ ...empty, owner: toName(owner), type: Type.ANY });
const allOf = (owner: string, type: number): ResourceRecord => ({
  ...empty,
  class: Class.ANY,
  owner: toName(owner),
  type,
});

/** RFC 2136 §2.5: prerequisites and changes, most with a prerequisite that is not met, so that mutants do not fill the zone. */
function updates(): readonly DnsMessage[] {
  const records = (...add: string[]) => updateRecords({ add, remove: [] }, toName(APEX));
  const without = (...remove: string[]) => updateRecords({ add: [], remove }, toName(APEX));
  const soa = `${APEX}. 60 SOA ns.${APEX}. h.${APEX}. 2 2 3 4 5`;
  const changes: (readonly [ResourceRecord[], ResourceRecord[]])[] = [
    [[inUse('none.lab.example')], records('new A 10.1.2.3', 'new AAAA fd00::3')],
    [[notInUse('lab.example')], records('new TXT "a text"', '@ MX 5 new', 'alias CNAME new')],
    [[allOf('none.lab.example', Type.A)], without('www A 10.0.0.80')],
    [[{ ...allOf('www.lab.example', Type.TXT) }], [allOf('new.lab.example', Type.ANY), ...records(soa)]],
    [records('www A 10.9.9.9').map((record) => ({ ...record, ttl: 0 })), records('b.new NS ns.new')],
    [[], records('fresh A 10.1.2.3')],
    [[inUse('fresh.lab.example')], [allOf('fresh.lab.example', Type.ANY)]],
    [[], [allOf('lab.example', Type.SOA), allOf('lab.example', Type.NS)]],
  ];
  return changes.map(([answers, authorities]) => ({
    ...query(APEX, 'SOA', { opcode: Opcode.UPDATE }),
    answers,
    authorities,
  }));
}

/** Transfers whole and by what changed (RFC 1995 §3), and notices with and without what is new (RFC 1996 §3.7). */
function others(): readonly DnsMessage[] {
  const soa = (serial: number): ResourceRecord[] =>
    updateRecords(
      { add: [`${APEX}. 60 SOA ns.${APEX}. h.${APEX}. ${serial} 2 3 4 5`], remove: [] },
      toName(APEX),
    );
  const zones = [APEX, 'copy.example', 'elsewhere.test'];
  return zones.flatMap((zone) => [
    query(zone, 'AXFR'),
    ...[0, 1, 2_147_483_650].map((serial) => ({ ...query(zone, 'IXFR'), authorities: soa(serial) })),
    query(zone, 'SOA', { opcode: Opcode.NOTIFY, flags: 0x0400 }),
    { ...query(zone, 'SOA', { opcode: Opcode.NOTIFY, flags: 0x0400 }), answers: soa(9) },
    query(zone, 'SOA'),
  ]);
}

/** Messages to a server that keeps zones, each unsigned, signed, and signed by a key that nobody has. */
export function madeZoneWork(): readonly Uint8Array[] {
  const keys = new TsigKeys([KEY], portableCrypto);
  const stranger = { ...KEY, name: toName('other.key') };
  return [...updates(), ...others()].flatMap((message) => {
    const octets = encodeMessage(message);
    return [
      octets,
      signed(keys, KEY, octets),
      signed(new TsigKeys([stranger], portableCrypto), stranger, octets),
    ];
  });
}

function signed(keys: TsigKeys, key: typeof KEY, octets: Uint8Array): Uint8Array {
  const room = new Uint8Array(octets.length + 200);
  room.set(octets);
  return room.slice(0, keys.signRequest(key, room, octets.length, SIGNED_AT).length);
}
