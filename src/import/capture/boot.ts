import type { Ip } from '../../core/address.ts';
import { DecodeError } from '../../core/errors.ts';
import { datagramsOf, type RecordedDatagram } from '../../codec/datagrams.ts';
import { decodeCapture } from '../../codec/pcap-reader.ts';
import { TOD_PORT } from '../../codec/tod.ts';
import { Clients } from './clients.ts';
import { Names } from './names.ts';
import { Transfers, type Fetched } from './transfers.ts';

/** What a capture shows of a boot. */
export interface SeenBoot {
  readonly clients: Clients;
  readonly fetched: readonly Fetched[];
  readonly names: Names;
  /** Time of Day servers that answered. */
  readonly timeServers: ReadonlySet<Ip>;
  /** From the first packet to the last. */
  readonly lengthUs: number;
  readonly datagrams: number;
  /** Packets that are no datagrams of a boot, by why. */
  readonly passedOver: ReadonlyMap<string, number>;
}

/** Reads all protocols of a boot out of a capture. Throws `DecodeError` for what is no capture; a datagram that is malformed is passed over. */
export function readBoot(octets: Uint8Array): SeenBoot {
  const { datagrams, passedOver } = datagramsOf(decodeCapture(octets));
  const clients = new Clients();
  const names = new Names();
  const transfers = new Transfers();
  const timeServers = new Set<Ip>();
  const over = new Map(passedOver);
  for (const datagram of datagrams)
    try {
      clients.take(datagram);
      names.take(datagram);
      transfers.take(datagram);
      if (datagram.from.port === TOD_PORT) timeServers.add(datagram.from.address);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      over.set('is malformed', (over.get('is malformed') ?? 0) + 1);
    }
  return {
    clients,
    names,
    fetched: transfers.results(),
    timeServers,
    lengthUs: datagrams.reduce((most, { lastUs }: RecordedDatagram) => Math.max(most, lastUs), 0),
    datagrams: datagrams.length,
    passedOver: over,
  };
}
