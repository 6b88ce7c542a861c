import { readFileSync } from 'node:fs';
import { Random } from '../../src/core/random.ts';
import { DnsService, type DnsServiceOptions } from '../../src/service/dns.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';

const LAB = readFileSync(new URL('../../fixtures/zones/lab.example.zone', import.meta.url), 'utf8');

function labZone() {
  return loadZone(LAB, { file: 'lab.example.zone' });
}

/** A name server for lab.example, and for more zones when given. */
export function labServer(change: Partial<DnsServiceOptions> = {}, more: readonly string[] = []): DnsService {
  const zones = new ZoneSet([
    labZone(),
    ...more.map((text, index) => loadZone(text, { file: `zone ${index}` })),
  ]);
  return new DnsService({ zones, random: new Random(1), ...change });
}
