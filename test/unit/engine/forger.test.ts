import { describe, expect, test } from 'vitest';
import { formatIp, parseIp } from '../../../src/core/address.ts';
import { Random } from '../../../src/core/random.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { Forger } from '../../../src/engine/forger.ts';
import { query } from '../../support/dns-client.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const OWN = parseIp('192.0.2.66')!;
const RESOLVER = parseIp('192.0.2.1')!;
const SERVER = parseIp('198.51.100.53')!;

function forger(change: { port?: number; rounds?: number } = {}) {
  const effects = new RecordingEffects();
  const engine = new Forger({
    random: new Random(2),
    own: OWN,
    resolver: RESOLVER,
    server: SERVER,
    zone: toName('bank.example'),
    port: change.port,
    packets: 50,
    everyUs: SECOND,
    rounds: change.rounds ?? 2,
  });
  engine.start(toInstant(0), effects);
  engine.wake(toInstant(0), effects);
  return { engine, effects };
}

describe('a round', () => {
  test('asks for a name that nobody knows, then forges answers with an ID each', () => {
    const { effects } = forger({ port: 10_053 });
    const [first, ...forged] = effects.of('send');
    const asked = decodeMessage(first!.octets).questions[0]!.qname;
    expect(asked.isSubdomainOf(toName('bank.example'))).toBe(true);
    expect(forged.length).toBe(50);
    expect(new Set(forged.map(({ octets }) => decodeMessage(octets).id)).size).toBe(50);
    expect(
      new Set(forged.map(({ to }) => `${formatIp(to.address)} ${to.port} ${formatIp(to.source!)}`)),
    ).toEqual(new Set(['192.0.2.1 10053 198.51.100.53']));
    const lie = decodeMessage(forged[0]!.octets);
    expect(lie.answers.map(formatRecord)[0]).toContain('192.0.2.66');
    expect(lie.authorities.map(formatRecord)[0]).toMatch(/^bank\.example\. 86400 IN NS /);
  });

  test('guesses the port, too, where it is not known', () => {
    const { effects } = forger();
    expect(
      new Set(
        effects
          .of('send')
          .slice(1)
          .map(({ to }) => to.port),
      ).size,
    ).toBeGreaterThan(40);
  });
});

test('after its rounds it gives up', () => {
  const { engine, effects } = forger({ rounds: 2 });
  for (const second of [1, 2]) engine.wake(toInstant(second * SECOND), effects);
  expect(effects.of('state').map(({ state }) => state)).toEqual(['attacking', 'gave-up']);
  expect(engine.deadline()).toBe(Infinity);
});

test.each([
  { from: RESOLVER, states: ['attacking', 'poisoned'], answers: 1 },
  { from: SERVER, states: ['attacking'], answers: 0 },
])('a question from $from', ({ from, states, answers }) => {
  const { engine, effects } = forger();
  const before = effects.of('send').length;
  const octets = encodeMessage(query('www.bank.example', 'A'));
  const to = { address: OWN, port: 53 };
  engine.receive(
    { kind: 'datagram', octets, from: { address: from, port: 40_000 }, to, via: 0, hardware: undefined },
    effects,
  );
  expect(effects.of('state').map(({ state }) => state)).toEqual(states);
  expect(effects.of('send').length - before).toBe(answers);
});
