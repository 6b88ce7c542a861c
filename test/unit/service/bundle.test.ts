import { describe, expect, test } from 'vitest';
import { ipv4, toMac } from '../../../src/core/address.ts';
import { BugError } from '../../../src/core/errors.ts';
import type { Effects, Input, Service } from '../../../src/core/service.ts';
import { NEVER, toInstant, type Instant } from '../../../src/core/time.ts';
import { Bundle, type BundlePart } from '../../../src/service/bundle.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const us = ipv4(0x0a000001);
const them = { address: ipv4(0x0a000009), port: 4000 };
const T0 = toInstant(0);

/** Notes what it is handed, and does what a test told it to do at that. */
class Noting implements Service {
  readonly seen: string[] = [];
  at: Instant = NEVER;
  does: (input: Input, effects: Effects) => void = () => undefined;

  handle(input: Input, _now: Instant, effects: Effects): void {
    this.seen.push(input.kind === 'stream' ? `stream ${input.event}` : input.kind);
    this.does(input, effects);
  }

  deadline(): Instant {
    return this.at;
  }
}

function two(changes: { a?: Partial<BundlePart>; b?: Partial<BundlePart> } = {}) {
  const a = new Noting();
  const b = new Noting();
  const bundle = new Bundle([
    { name: 'a', service: a, udpPorts: [67], tcpPorts: [], tables: ['lease'], ...changes.a },
    { name: 'b', service: b, udpPorts: [53, 37], tcpPorts: [53], tables: ['zone'], ...changes.b },
  ]);
  const effects = new RecordingEffects();
  const give = (input: Input, now = T0) => {
    a.seen.length = 0;
    b.seen.length = 0;
    bundle.handle(input, now, effects);
    return { a: [...a.seen], b: [...b.seen] };
  };
  return { a, b, bundle, effects, give };
}

const datagram = (port: number): Input => ({
  kind: 'datagram',
  octets: new Uint8Array(0),
  from: them,
  to: { address: us, port },
  via: 0,
  hardware: undefined,
});
const opened = (stream: number, port: number): Input => ({
  kind: 'stream',
  event: 'opened',
  stream,
  local: { address: us, port },
  peer: them,
});
const command = (args: Record<string, string>): Input => ({ kind: 'command', verb: 'reload', args });
const unreachable = (port: number): Input => ({ kind: 'unreachable', reason: 'port', port, to: them });
const row = (table: string): Input => ({ kind: 'restored', row: { table, key: 'k', value: {} } });
const transit: Input = { ...datagram(9), kind: 'transit' } as Input;
const macMessage: Input = { kind: 'mac-message', octets: new Uint8Array(0), from: toMac(1), via: 0 };
const probeAnswer: Input = { kind: 'probe-answer', address: us, hardware: toMac(1) };

describe('whose an input is', () => {
  test.each([
    { name: 'a datagram to a port of a', input: datagram(67), a: ['datagram'], b: [] },
    { name: 'a datagram to a port of b', input: datagram(37), a: [], b: ['datagram'] },
    { name: 'a datagram to nobody', input: datagram(69), a: [], b: [] },
    { name: 'ICMP for a port of a', input: unreachable(67), a: ['unreachable'], b: [] },
    { name: 'ICMP for nobody', input: unreachable(1), a: [], b: [] },
    { name: 'a stream to a TCP port of b', input: opened(1, 53), a: [], b: ['stream opened'] },
    { name: 'a stream to a UDP port only', input: opened(1, 67), a: [], b: [] },
    { name: 'a row of a table of a', input: row('lease'), a: ['restored'], b: [] },
    { name: 'a row of a table of nobody', input: row('other'), a: [], b: [] },
    { name: 'a command for b', input: command({ service: 'b' }), a: [], b: ['command'] },
    { name: 'a command for all', input: command({}), a: ['command'], b: ['command'] },
    { name: 'a command for nobody', input: command({ service: 'c' }), a: [], b: [] },
    { name: 'transit where nobody routes', input: transit, a: [], b: [] },
    { name: 'a probe answer where nobody asked', input: probeAnswer, a: [], b: [] },
  ])('$name', ({ input, a, b }) => {
    expect(two().give(input)).toEqual({ a, b });
  });

  test('transit and MAC messages go to the part that routes', () => {
    const { give } = two({ b: { routes: true } });
    expect(give(transit)).toEqual({ a: [], b: ['transit'] });
    expect(give(macMessage)).toEqual({ a: [], b: ['mac-message'] });
  });
});

describe('what a part opens is its own', () => {
  test('a port, until it is released', () => {
    const { b, give } = two();
    let port = 0;
    b.does = (_, effects) => (port = effects.bind());
    give(datagram(53));
    b.does = () => undefined;
    expect(give(datagram(port))).toEqual({ a: [], b: ['datagram'] });
    expect(give(unreachable(port))).toEqual({ a: [], b: ['unreachable'] });
    b.does = (_, effects) => effects.release(port);
    give(datagram(port));
    expect(give(datagram(port))).toEqual({ a: [], b: [] });
  });

  test('a stream it connects, until both sides have ended it', () => {
    const { a, give } = two();
    let stream = 0;
    a.does = (_, effects) => (stream = effects.connect(them));
    give(datagram(67));
    a.does = () => undefined;
    expect(give(opened(stream, 50_000))).toEqual({ a: ['stream opened'], b: [] });
    a.does = (_, effects) => {
      effects.close(stream);
      effects.close(stream);
    };
    give({ kind: 'stream', event: 'octets', stream, octets: new Uint8Array(1) });
    a.does = () => undefined;
    expect(give({ kind: 'stream', event: 'closed', stream })).toEqual({ a: ['stream closed'], b: [] });
    expect(give({ kind: 'stream', event: 'closed', stream })).toEqual({ a: [], b: [] });
  });

  test.each([
    {
      name: 'the peer resets it',
      input: { kind: 'stream', event: 'reset', stream: 7 } as Input,
      resets: false,
    },
    { name: 'the part resets it', input: datagram(53), resets: true },
  ])('a stream is forgotten when $name', ({ input, resets }) => {
    const { b, give } = two();
    give(opened(7, 53));
    b.does = (_, effects) => resets && effects.reset(7);
    give(input);
    expect(give({ kind: 'stream', event: 'octets', stream: 7, octets: new Uint8Array(1) })).toEqual({
      a: [],
      b: [],
    });
  });

  test('a ticket, once', () => {
    const { a, give } = two();
    let ticket = 0;
    a.does = (_, effects) => (ticket = effects.persist([]));
    give(datagram(67));
    a.does = () => undefined;
    const settled: Input = { kind: 'settled', ticket, outcome: 'durable' };
    expect(give(settled)).toEqual({ a: ['settled'], b: [] });
    expect(give(settled)).toEqual({ a: [], b: [] });
  });

  test('an answer to a probe', () => {
    const { a, give } = two();
    a.does = (_, effects) => effects.probe(0, us);
    give(datagram(67));
    a.does = () => undefined;
    expect(give(probeAnswer)).toEqual({ a: ['probe-answer'], b: [] });
  });
});

describe('timers', () => {
  test('the deadline is the earliest, and a timer wakes those that are due', () => {
    const { a, b, bundle, give } = two();
    expect(bundle.deadline()).toBe(NEVER);
    a.at = toInstant(500);
    b.at = toInstant(300);
    expect(bundle.deadline()).toBe(300);
    expect(give({ kind: 'timer' }, toInstant(299))).toEqual({ a: [], b: [] });
    expect(give({ kind: 'timer' }, toInstant(300))).toEqual({ a: [], b: ['timer'] });
    expect(give({ kind: 'timer' }, toInstant(500))).toEqual({ a: ['timer'], b: ['timer'] });
  });
});

test('effects reach the sink of the present input in the order made', () => {
  const { a, effects, give } = two();
  a.does = (_, sink) => {
    sink.send(67, them, new Uint8Array([1, 2, 3]), 2);
    sink.state('dhcp', 'bound', toMac(5));
    sink.measure('m', 1);
    sink.configure(0, undefined);
    sink.sendMacMessage(0, toMac(1), new Uint8Array(4));
    sink.forward();
    sink.reply(sink.explains);
  };
  give(datagram(67));
  expect(effects.words()).toEqual([
    'send 10.0.0.9:4000',
    'state dhcp bound',
    'measure m 1',
    'configure',
    'mac-message 00:00:00:00:00:01',
    'forward',
    'reply',
  ]);
  expect(effects.last('send').octets).toEqual(new Uint8Array([1, 2]));
  expect(effects.last('mac-message').octets).toHaveLength(4);
});

test('a part that keeps the sink for later is found out', () => {
  const { a, give } = two();
  let kept: Effects | undefined;
  a.does = (_, effects) => (kept = effects);
  give(datagram(67));
  expect(() => kept?.bind()).toThrow(BugError);
});

test.each([
  { name: 'a UDP port', b: { udpPorts: [67] } },
  { name: 'a table', b: { tables: ['lease'] } },
  { name: 'a TCP port', a: { tcpPorts: [53] } },
  { name: 'a name', b: { name: 'a' } },
  { name: 'the routing', a: { routes: true }, b: { routes: true } },
])('two parts may not share $name', (changes) => {
  expect(() => two(changes)).toThrow(BugError);
});

const part = (service: Service, more: Partial<BundlePart> = {}): BundlePart => ({
  name: 'x',
  service,
  udpPorts: [53],
  tcpPorts: [53],
  tables: [],
  ...more,
});
const toHeir = (kind: string) => ({ a: [], b: [], heir: [kind] });
const toB = (kind: string) => ({ a: [], b: [kind], heir: [] });

describe('a reload', () => {
  /** Takes over, and notes from whom. */
  class Heir extends Noting {
    from: Service | undefined;
    succeed(before: Service): void {
      this.from = before;
    }
  }
  /** b has opened a port, a stream and a ticket; the new bundle has what `make` gives. */
  function after(make: (heir: Heir) => readonly BundlePart[]) {
    const before = two();
    const open = { port: 0, ticket: 0 };
    before.b.does = (_, effects) => {
      open.port = effects.bind();
      open.ticket = effects.persist([]);
    };
    before.give(datagram(53));
    before.b.does = () => undefined;
    before.give(opened(1, 53));
    const heir = new Heir();
    const bundle = new Bundle(make(heir));
    bundle.succeed(before.bundle, T0);
    const give = (input: Input) => {
      before.a.seen.length = 0;
      before.b.seen.length = 0;
      heir.seen.length = 0;
      bundle.handle(input, T0, before.effects);
      return { a: [...before.a.seen], b: [...before.b.seen], heir: [...heir.seen] };
    };
    return { before, heir, bundle, give, open };
  }
  const octets: Input = { kind: 'stream', event: 'octets', stream: 1, octets: new Uint8Array(1) };

  test('what a part opened belongs to its heir: the part with a port of its', () => {
    const { before, heir, give, open } = after((service) => [
      part(new Noting(), { name: 'other', udpPorts: [67], tcpPorts: [] }),
      part(service),
    ]);
    expect(heir.from).toBe(before.b);
    expect(give(datagram(open.port))).toEqual(toHeir('datagram'));
    expect(give(octets)).toEqual(toHeir('stream octets'));
    expect(give({ kind: 'settled', ticket: open.ticket, outcome: 'durable' })).toEqual(toHeir('settled'));
    expect(give(datagram(67))).toEqual({ a: [], b: [], heir: [] });
  });

  test('a part that is gone goes on with what it opened, without its ports, until that is closed', () => {
    const { before, bundle, give, open } = after((service) => [
      part(service, { udpPorts: [69], tcpPorts: [] }),
    ]);
    expect(give(datagram(53))).toEqual({ a: [], b: [], heir: [] });
    expect(give(opened(2, 53))).toEqual({ a: [], b: [], heir: [] });
    expect(give(datagram(open.port))).toEqual(toB('datagram'));
    expect(give(octets)).toEqual(toB('stream octets'));
    expect(give(command({}))).toEqual({ a: [], b: [], heir: ['command'] });
    before.b.at = toInstant(5);
    expect(bundle.deadline()).toBe(5);
    // Two more reloads: with something open it stays, with nothing it is forgotten.
    const second = new Bundle([part(new Noting(), { udpPorts: [70], tcpPorts: [] })]);
    second.succeed(bundle, T0);
    expect(second.deadline()).toBe(5);
    before.b.does = (_, effects) => effects.release(open.port);
    second.handle({ kind: 'settled', ticket: open.ticket, outcome: 'durable' }, T0, before.effects);
    second.handle({ kind: 'stream', event: 'reset', stream: 1 }, T0, before.effects);
    const third = new Bundle([part(new Noting(), { udpPorts: [71], tcpPorts: [] })]);
    third.succeed(second, T0);
    expect(third.deadline()).toBe(NEVER);
  });

  test('counts what is under way in all parts', () => {
    const busy = Object.assign(new Noting(), { underWay: () => 3 });
    expect(
      new Bundle([part(busy), part(new Noting(), { name: 'y', udpPorts: [1], tcpPorts: [] })]).underWay(),
    ).toBe(3);
  });
});
