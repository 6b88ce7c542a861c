import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY, toMac } from '../../src/core/address.ts';
import { Writer } from '../../src/core/bytes.ts';
import type { Input, Service } from '../../src/core/service.ts';
import { toInstant } from '../../src/core/time.ts';
import { beginMacMessage, endMacMessage } from '../../src/codec/docsis/mac-message.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { ModemFleet } from '../../src/engine/modem/fleet.ts';
import { modemProfile } from '../../src/engine/modem/profile.ts';
import { CmtsService } from '../../src/service/cmts.ts';
import { ModemService } from '../../src/service/modem.ts';
import { ip } from '../support/dhcp-builders.ts';
import { modemMac, ModemPlant, SECRET } from '../support/modem-plant.ts';
import { RecordingEffects } from '../support/recording-effects.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const CMTS_MAC = toMac(0x00005e0053fe);

/** Well-framed messages of every kind with any body, and noise. */
const macInput: fc.Arbitrary<Input> = fc
  .record({
    type: fc.constantFrom(4, 5, 6, 7, 14, 41, 44, 45, 99),
    toModem: fc.boolean(),
    from: fc.nat(3),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .constantFrom([0, 0, 1, 0], [0, 1, 1, 0], [0, 1, 1, 5, 1, 3], [0, 1, 0], [0, 1, 3, 1, 1])
        .map((octets) => Uint8Array.from(octets)),
    ),
    damage: fc.option(fc.nat(100), { freq: 10 }),
  })
  .map(({ type, toModem, from, body, damage }) => {
    const writer = new Writer(new Uint8Array(200));
    const [to, sender] = toModem ? [modemMac(from), CMTS_MAC] : [CMTS_MAC, modemMac(from)];
    beginMacMessage(writer, to, sender, type);
    writer.bytes(body);
    const octets = writer.octets.slice(0, endMacMessage(writer));
    if (damage !== null) octets[damage % octets.length]! ^= 0x10;
    return { kind: 'mac-message', octets, from: sender, via: 0 };
  });

const datagramInput: fc.Arbitrary<Input> = fc
  .record({
    octets: fc.uint8Array({ maxLength: 300 }),
    port: fc.constantFrom(67, 68, 69, 49152, 49153),
    via: fc.nat(1),
  })
  .map(({ octets, port, via }) => ({
    kind: 'datagram',
    octets,
    from: { address: ip('10.0.0.67'), port: 67 },
    to: { address: ANY, port },
    via,
    hardware: undefined,
  }));

const inputs = fc.array(fc.tuple(fc.oneof(macInput, macInput, datagramInput), fc.nat(3_000_000)), {
  minLength: 1,
  maxLength: 30,
});

/** Hands in what comes, and the timers in between; a timer always moves the deadline. */
function feed(service: Service, list: readonly (readonly [Input, number])[]): void {
  const effects = new RecordingEffects();
  let now = toInstant(0);
  service.handle({ kind: 'command', verb: 'power-on', args: {} }, now, effects);
  for (const [input, waitUs] of list) {
    const next = toInstant(now + waitUs);
    for (let due = service.deadline(); due <= next; due = service.deadline()) {
      service.handle({ kind: 'timer' }, due, effects);
      expect(service.deadline()).toBeGreaterThan(due);
    }
    now = next;
    service.handle(input, now, effects);
  }
}

const RUNS = { numRuns: fuzzRuns() };

test('a modem takes anything', () => {
  const profile = modemProfile({ crypto: portableCrypto });
  fc.assert(
    fc.property(inputs, fc.nat(), (list, key) => {
      const fleet = new ModemFleet({ count: 1, profile, mac: modemMac, key: () => key });
      feed(new ModemService(fleet, 0), list);
    }),
    RUNS,
  );
});

test('a CMTS takes anything', () => {
  fc.assert(
    fc.property(inputs, (list) => {
      const base = {
        mac: CMTS_MAC,
        giaddr: ip('10.9.0.1'),
        helpers: [ip('10.0.0.67')],
        crypto: portableCrypto,
      };
      feed(new CmtsService({ ...base, secret: SECRET, timers: { modemsMax: 3 } }), list);
    }),
    RUNS,
  );
});

test('whatever is lost, every modem that can is operational in the end, and the CMTS agrees', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 25 }), (seed, lossPercent) => {
      const plant = new ModemPlant({
        modems: 3,
        answer: { leaseSeconds: 1200 },
        seed,
        cable: { lossRatio: lossPercent / 100, jitterUs: 6000 },
      });
      for (let index = 0; index < 3; index++) plant.command(index, `cm${index}`, 'power-on');
      plant.run(3600);
      for (let index = 0; index < 3; index++) {
        expect(plant.statesOf(`cm${index}`).at(-1)).toBe('operational');
        expect(plant.shownOf(index).at(-1)).toBe('online');
      }
    }),
    { numRuns: fuzzRuns(25) },
  );
});
