import { expect, test } from 'vitest';
import { BROADCAST, ipv4 } from '../../../src/core/address.ts';
import { HOST } from '../../../src/core/rules/host.ts';
import type { DatagramInput, Input } from '../../../src/core/service.ts';
import { toInstant } from '../../../src/core/time.ts';
import { utf8Octets, utf8Text } from '../../../src/core/text.ts';
import { EchoService } from '../../../src/service/echo.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const us = ipv4(0x0a000001);
const them = ipv4(0x0a000009);
const datagram = (changes: Partial<DatagramInput> = {}): DatagramInput => ({
  kind: 'datagram',
  octets: utf8Octets('are you there'),
  from: { address: them, port: 40_000 },
  to: { address: us, port: 7 },
  via: 0,
  hardware: undefined,
  ...changes,
});

const command = (verb: string): Input => ({ kind: 'command', verb, args: {} });

function answer(input: DatagramInput, ...before: readonly Input[]): RecordingEffects {
  const service = new EchoService([7]);
  for (const each of before) service.handle(each, toInstant(0), new RecordingEffects());
  const effects = new RecordingEffects();
  service.handle(input, toInstant(1), effects);
  return effects;
}

test('what came goes back, from the address that was asked', () => {
  const effects = answer(datagram());
  const { port, to, octets } = effects.last('send');
  expect(port).toBe(7);
  expect(to).toEqual({ address: them, port: 40_000, source: us, via: undefined });
  expect(utf8Text(octets)).toBe('are you there');
  expect(effects.rules()).toEqual([HOST.echoes.id]);
});

test.each([
  { name: 'from an echo port: two would never stop', input: { from: { address: them, port: 7 } } },
  { name: 'to all: all would answer', input: { to: { address: BROADCAST, port: 7 } } },
  { name: 'from port 0', input: { from: { address: them, port: 0 } } },
])('no echo of what came $name', ({ input }) => {
  const effects = answer(datagram(input));
  expect(effects.of('send')).toEqual([]);
  expect(effects.rules()).toEqual([HOST.echoIgnored.id]);
});

test('no echo from a host that is off, nor from a port that is not its', () => {
  expect(answer(datagram(), command('power-off')).of('send')).toEqual([]);
  expect(answer(datagram(), command('power-off'), command('power-on')).of('send')).toHaveLength(1);
  expect(answer(datagram({ to: { address: us, port: 8 } })).of('send')).toEqual([]);
});
