import { type DnsMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { Class, Opcode, Type } from '../../src/codec/dns/registry.ts';
import { updateRecords } from '../../src/codec/dns/update-text.ts';
import { parsePrefix } from '../../src/core/address.ts';
import type { ZoneDuties } from '../../src/service/zone-keep.ts';
import { PeerList } from '../../src/store/access.ts';
import type { Zone } from '../../src/store/zone.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { query } from './dns-client.ts';
import { ZoneBench } from './zone-bench.ts';

export const APEX = toName('lab.example');
/** Where the tests' client is. */
export const FROM_HERE = new PeerList([{ prefix: parsePrefix('10.0.0.0/24'), key: undefined }]);

export const labText = (serial: number, more = ''): string =>
  `$ORIGIN lab.example.\n$TTL 60\n@ SOA ns root ${serial} 60 20 600 30\n@ NS ns\nns A 10.0.0.1\nwww A 10.0.0.2\n${more}`;

export const labZone = (serial: number, more = ''): Zone => loadZone(labText(serial, more), { file: 'zone' });

/** A server of that zone: from its file, or where it has primaries from them. */
export class LabBench extends ZoneBench {
  constructor(duties: Partial<ZoneDuties>, file = duties.primaries === undefined ? labZone(1) : undefined) {
    super({ apex: APEX, ...duties }, file);
  }
}

export const updateOf = (id: number, add: string[], remove: string[] = []): DnsMessage =>
  query('lab.example', 'SOA', {
    id,
    opcode: Opcode.UPDATE,
    authorities: updateRecords({ add, remove }, APEX),
  });

export const soaOf = (serial: number) => {
  const { soa } = labZone(serial);
  return { owner: APEX, type: Type.SOA, class: Class.IN, ttl: 60, rdata: soa.only };
};
