import { expect, test } from 'vitest';
import { parseIpv4 } from '../../../src/core/address.ts';
import type { Input, Service } from '../../../src/core/service.ts';
import { type Instant, NEVER, SECOND, toInstant } from '../../../src/core/time.ts';
import { RogueService } from '../../../src/service/rogue.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const at = (seconds: number): Instant => toInstant(seconds * SECOND);
const HERE = { address: parseIpv4('10.0.0.1')!, port: 67 };
const DATAGRAM: Input = {
  kind: 'datagram',
  octets: new Uint8Array(0),
  from: HERE,
  to: HERE,
  via: 0,
  hardware: undefined,
};

test('it hears and does nothing before it comes and after it has gone', () => {
  const heard: number[] = [];
  let wakeAt: Instant = at(15);
  const inner: Service = { handle: (_input, now) => void heard.push(now / SECOND), deadline: () => wakeAt };
  const effects = new RecordingEffects();
  const rogue = new RogueService(inner, { id: 'rogue', from: at(10), until: at(20) }, { at: at(100) });
  for (const seconds of [105, 110, 119, 120, 130]) rogue.handle(DATAGRAM, at(seconds), effects);
  expect(heard).toEqual([110, 119]);
  expect(effects.of('measure').map(({ name }) => name)).toEqual(['fault.rogue', 'fault.rogue']);
  expect(effects.of('because').map(({ detail }) => detail)).toEqual(['rogue']);
  wakeAt = at(115);
  expect(rogue.deadline()).toBe(at(115));
  wakeAt = at(121);
  expect(rogue.deadline()).toBe(NEVER);
});
