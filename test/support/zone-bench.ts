import { type DnsMessage, decodeMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { Random } from '../../src/core/random.ts';
import type { Input, Row } from '../../src/core/service.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { DnsService } from '../../src/service/dns.ts';
import type { ZoneDuties } from '../../src/service/zone-keep.ts';
import type { Zone } from '../../src/store/zone.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';
import { CLIENT, SERVER, query, summary } from './dns-client.ts';
import { RecordingEffects } from './recording-effects.ts';

/** A server of one zone and a clock; tickets are settled by hand. */
export class ZoneBench {
  readonly service: DnsService;
  readonly effects = new RecordingEffects();
  now = 0;

  constructor(
    duties: Partial<ZoneDuties> & Pick<ZoneDuties, 'apex'>,
    file: Zone | undefined,
    epoch = { us: 0 },
  ) {
    const zones = new ZoneSet(file === undefined ? [] : [file]);
    if (file === undefined) zones.reserve(duties.apex);
    this.service = new DnsService({
      zones,
      random: new Random(1),
      work: {
        duties: [{ primaries: [], notify: [], build: { file: 'zone' }, ...duties }],
        keys: [],
        hashes: portableCrypto,
        random: new Random(2),
        epoch,
        addresses: [SERVER.address],
      },
    });
  }

  hand(input: Input): this {
    this.service.handle(input, toInstant(this.now), this.effects);
    return this;
  }

  datagram(message: DnsMessage): this {
    const octets = encodeMessage(message);
    return this.hand({ kind: 'datagram', octets, from: CLIENT, to: SERVER, via: 0, hardware: undefined });
  }

  /** Timers until `seconds`, each at its moment. */
  run(seconds: number): this {
    while (this.service.deadline() <= seconds * SECOND) {
      this.now = Math.max(this.now, this.service.deadline());
      this.hand({ kind: 'timer' });
    }
    this.now = Math.max(this.now, seconds * SECOND);
    return this;
  }

  settle(outcome: 'durable' | 'failed' = 'durable'): this {
    const { ticket } = this.effects.last('persist');
    return this.hand({ kind: 'settled', ticket, outcome });
  }

  reply(): DnsMessage {
    return decodeMessage(this.effects.last('send').octets);
  }

  ask(name: string): ReturnType<typeof summary> {
    return summary(this.datagram(query(name, 'A')).reply());
  }

  rows(): Row[] {
    return this.effects.of('persist').flatMap(({ rows }) => rows);
  }
}
