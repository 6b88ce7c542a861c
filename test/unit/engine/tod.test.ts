import { describe, expect, test } from 'vitest';
import { ipv4, type Endpoint } from '../../../src/core/address.ts';
import { fromHex } from '../../../src/core/bytes.ts';
import { DecodeError } from '../../../src/core/errors.ts';
import { TOD_RULES as RULES } from '../../../src/core/rules/tod.ts';
import { NEVER, SECOND, toInstant } from '../../../src/core/time.ts';
import { MODEM_TOD_PROFILE, todAt, TodClient } from '../../../src/engine/tod.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const server: Endpoint = { address: ipv4(0x0a000001), port: 37 };
const answer = fromHex('ed003780')!;

test.each([
  { name: 'the scenario begins', epoch: '2026-01-01T00:00:00Z', us: 0, tod: 0xed003780 },
  { name: 'parts of a second are cut off', epoch: '2026-01-01T00:00:00Z', us: 1_999_999, tod: 0xed003781 },
  { name: 'one second before the wrap', epoch: '2036-02-07T06:28:00Z', us: 15_000_000, tod: 0xffffffff },
  { name: 'the wrap', epoch: '2036-02-07T06:28:00Z', us: 16_000_000, tod: 0 },
])('todAt: $name', ({ epoch, us, tod }) => {
  expect(todAt(toInstant(us), Date.parse(epoch) * 1000)).toBe(tod);
});

describe('the client', () => {
  function started() {
    const client = new TodClient(server, MODEM_TOD_PROFILE);
    const effects = new RecordingEffects();
    client.start(toInstant(0), effects);
    return { client, effects };
  }

  test('asks with an empty datagram, takes the answer and lets its port go', () => {
    const { client, effects } = started();
    expect(effects.last('send')).toMatchObject({ port: 49152, to: server, octets: new Uint8Array(0) });
    expect(client.port).toBe(49152);
    client.receive(answer, server, toInstant(700), effects);
    expect(client.state).toEqual({ kind: 'known', tod: 0xed003780, at: 700 });
    expect(effects.last('release').port).toBe(49152);
    expect(client.deadline()).toBe(NEVER);
    expect(client.port).toBe(0);
  });

  test('three tries in five minutes, then one every five minutes, until it is answered', () => {
    const { client, effects } = started();
    const asked = [0];
    const failed: number[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const now = client.deadline();
      effects.clear();
      client.wake(now, effects);
      asked.push(now / SECOND);
      if (effects.rules().includes(RULES.clientFails.id)) failed.push(now / SECOND);
      expect(effects.of('send')).toHaveLength(1);
      expect(client.deadline()).toBeGreaterThan(now);
    }
    expect(asked).toEqual([0, 100, 200, 300, 600, 900, 1200]);
    expect(failed).toEqual([300]);
    expect(client.state.kind).toBe('failed');
    client.receive(answer, server, toInstant(1300 * SECOND), effects);
    expect(client.state.kind).toBe('known');
  });

  test('a timer that comes early does nothing', () => {
    const { client, effects } = started();
    effects.clear();
    client.wake(toInstant(99_999_999), effects);
    expect(effects.log).toEqual([]);
  });

  test.each([
    { name: 'another address', from: { address: ipv4(0x0a000002), port: 37 } },
    { name: 'another port', from: { address: server.address, port: 38 } },
  ])('an answer from $name is ignored', ({ from }) => {
    const { client, effects } = started();
    client.receive(answer, from, toInstant(1), effects);
    expect(client.state.kind).toBe('asking');
    expect(effects.rules()).toContain(RULES.clientIgnores.id);
  });

  test('an answer that is not four octets leaves the client asking', () => {
    const { client, effects } = started();
    expect(() => client.receive(fromHex('ed0037')!, server, toInstant(1), effects)).toThrow(DecodeError);
    expect(client.state.kind).toBe('asking');
  });

  test('stop releases the port and asks no more', () => {
    const { client, effects } = started();
    client.stop(effects);
    expect(effects.last('release').port).toBe(49152);
    expect(client.deadline()).toBe(NEVER);
    client.receive(answer, server, toInstant(1), effects);
    expect(client.state.kind).toBe('failed');
  });
});
