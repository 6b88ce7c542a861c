import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError } from '../../src/core/errors.ts';
import { formatIp, ipv4 } from '../../src/core/address.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { NAT, RouterBench, WAN } from '../support/router-bench.ts';

const address = fc.oneof(
  fc.constantFrom('10.8.0.10', '10.8.0.11', '198.51.100.1', '192.0.2.21', '10.8.0.1'),
  fc.integer().map((value) => formatIp(ipv4(value))),
);
const port = fc.oneof(fc.constantFrom(20, 21, 53, 69, 5000), fc.integer({ min: 0, max: 65_535 }));
const command = fc
  .constantFrom('PORT 10,8,0,10,156,64', 'EPRT |1|10.8.0.10|40000|', '227 (10,8,0,10,1,1)', '229 (|||5|)')
  .map((line) => Uint8Array.from(`${line}\r\n`, (letter) => letter.charCodeAt(0)));
const packet = fc.record({
  from: address,
  fromPort: port,
  to: address,
  toPort: port,
  via: fc.integer({ min: 0, max: WAN }),
  protocol: fc.constantFrom('udp', 'tcp', 'icmp' as const),
  flags: fc.integer({ min: 0, max: 63 }),
  sequence: fc.integer(),
  acknowledgment: fc.integer(),
  octets: fc.oneof(fc.uint8Array({ maxLength: 80 }), command),
  seconds: fc.integer({ min: 0, max: 200 }),
});

test('whatever comes, in whatever order: tables stay within their bounds and run out to nothing', () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 60 }), fc.boolean(), (packets, stateful) => {
      const nat = { ...NAT, ports: { first: 5000, last: 5007 } };
      const bench = new RouterBench({ stateful, nat, entriesMax: 6, helpers: ['ftp', 'tftp'] });
      for (const { from, fromPort, to, toPort, seconds, ...more } of packets) {
        bench.pass(seconds);
        const ends = more.protocol === 'icmp' ? [0, 0] : [fromPort, toPort];
        try {
          bench.send(`${from}:${ends[0]}`, `${to}:${ends[1]}`, more);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
        const { sessions, ports_used: used } = bench.tables() as { sessions: unknown[]; ports_used: number };
        expect(sessions.length).toBeLessThanOrEqual(6);
        expect(used).toBeLessThanOrEqual(8 * 3);
      }
      bench.pass(8000);
      expect(bench.tables()).toMatchObject({ sessions: [], mappings: [], ports_used: 0 });
    }),
    { numRuns: fuzzRuns(200) },
  );
});
