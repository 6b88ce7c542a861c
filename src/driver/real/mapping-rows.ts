import type { RealHost } from './host.ts';
import type { MappingRow } from './mapping.ts';
import type { Place } from './place.ts';
import { canServe } from './wants.ts';

/** Which endpoint of this machine stands for which of the scenario. */
export function mappingRows(hosts: readonly RealHost[], place: Place): MappingRow[] {
  return hosts.flatMap((host) =>
    host.interfaces.flatMap((own) =>
      own.addresses.flatMap(({ address }) =>
        (['udp', 'tcp'] as const).flatMap((protocol) =>
          (protocol === 'udp' ? host.spec.udpPorts : host.spec.tcpPorts).flatMap((known) => {
            const port = place.port(own, address, known);
            if (port === undefined) return [];
            return place
              .seats(own, address)
              .filter((seat) => canServe(known, seat.bind))
              .map((seat) => ({
                host: host.spec.name,
                protocol,
                scenario: { address: seat.known, port: known },
                real: { address: seat.bind, port },
              }));
          }),
        ),
      ),
    ),
  );
}
