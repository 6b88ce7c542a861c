import { describe, expect, test } from 'vitest';
import { parseIp } from '../../../src/core/address.ts';
import { Random } from '../../../src/core/random.ts';
import type { Input, Plain } from '../../../src/core/service.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { decodeMessage } from '../../../src/codec/dns/message.ts';
import { formatName, toName } from '../../../src/codec/dns/name.ts';
import { Type, typeName } from '../../../src/codec/dns/registry.ts';
import { StubService } from '../../../src/service/stub.ts';
import { labServer } from '../../support/dns-zones.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const SERVER = parseIp('10.0.0.53')!;
const HOST = parseIp('10.0.0.9')!;

/** A stub and a name server with a wire between them that can be cut. */
class Lab {
  readonly effects = new RecordingEffects();
  readonly server = labServer();
  isCut = false;
  readonly stub: StubService;

  constructor(question?: { name: string; type?: number; everySeconds?: number }) {
    this.stub = new StubService({
      random: new Random(3),
      resolvers: [SERVER],
      question: question && {
        qname: toName(question.name),
        qtype: question.type ?? Type.A,
        everyUs: (question.everySeconds ?? 0) * SECOND,
      },
    });
  }

  /** Hands one input in, carries what is sent to the server and back, and gives what happened. */
  at(seconds: number, input: Input): string[] {
    this.effects.clear();
    const now = toInstant(seconds * SECOND);
    this.stub.handle(input, now, this.effects);
    for (const sent of this.effects.of('send')) {
      const reply = new RecordingEffects();
      const from = { address: HOST, port: sent.port };
      const to = { address: sent.to.address, port: sent.to.port };
      if (this.isCut || to.address !== SERVER) continue;
      this.server.handle(
        { kind: 'datagram', octets: sent.octets, from, to, via: 0, hardware: undefined },
        now,
        reply,
      );
      const { octets } = reply.last('send');
      this.stub.handle(
        { kind: 'datagram', octets, from: to, to: from, via: 0, hardware: undefined },
        now,
        this.effects,
      );
    }
    return this.effects.of('state').map(({ machine, state }) => `${machine} ${state}`);
  }

  command(seconds: number, verb: string, args: Readonly<Record<string, Plain>> = {}): string[] {
    return this.at(seconds, { kind: 'command', verb, args });
  }
}

describe('a question that is repeated', () => {
  test('is asked when the host comes up, and every five seconds', () => {
    const lab = new Lab({ name: 'portal.lab.example', everySeconds: 5 });
    expect(lab.stub.deadline()).toBe(Infinity);
    expect(lab.command(1, 'power-on')).toEqual(['stub asking', 'stub answered']);
    expect(lab.effects.of('measure')).toEqual([{ kind: 'measure', name: 'dns.lookup.us', value: 0 }]);
    expect(lab.stub.deadline()).toBe(6 * SECOND);
    expect(lab.at(6, { kind: 'timer' })).toEqual(['stub asking', 'stub answered']);
    expect(lab.command(7, 'power-on')).toEqual([]);
    expect(lab.command(8, 'power-off')).toEqual([]);
    expect(lab.stub.deadline()).toBe(Infinity);
  });

  test('and fails when nobody answers, without a measure', () => {
    const lab = new Lab({ name: 'portal.lab.example' });
    lab.isCut = true;
    expect(lab.command(0, 'power-on')).toEqual(['stub asking']);
    expect(lab.at(5, { kind: 'timer' })).toEqual([]);
    expect(lab.at(15, { kind: 'timer' })).toEqual(['stub failed']);
    expect(lab.effects.of('measure')).toEqual([]);
    expect(lab.stub.deadline()).toBe(Infinity);
  });
});

describe('the command lookup', () => {
  test.each([
    { args: { name: 'portal.lab.example' }, asks: 'portal.lab.example. A', state: 'stub answered' },
    {
      args: { name: 'mail.lab.example', type: 'AAAA' },
      asks: 'mail.lab.example. AAAA',
      state: 'stub nodata',
    },
    {
      args: { name: 'nowhere.lab.example.', type: 'mx' },
      asks: 'nowhere.lab.example. MX',
      state: 'stub nxdomain',
    },
  ])('$args', ({ args, asks, state }) => {
    const lab = new Lab();
    lab.command(0, 'power-on');
    expect(lab.command(1, 'lookup', args)).toEqual(['stub asking', state]);
    expect(lab.effects.last('reply').value).toEqual({ asked: true });
    const [question] = decodeMessage(lab.effects.last('send').octets).questions;
    expect(question && `${formatName(question.qname)} ${typeName(question.qtype)}`).toBe(asks);
  });

  test('another server for this one question', () => {
    const lab = new Lab();
    lab.command(0, 'power-on');
    lab.command(1, 'lookup', { name: 'x.example', server: '10.0.0.99' });
    expect(lab.effects.last('send').to.address).toBe(parseIp('10.0.0.99'));
    lab.command(2, 'lookup', { name: 'portal.lab.example' });
    expect(lab.effects.last('send').to.address).toBe(SERVER);
  });

  test.each([
    { args: {}, error: /name: expected a name/ },
    { args: { name: 'a..b' }, error: /name: expected a label/ },
    { args: { name: 7 }, error: /name: expected/ },
    { args: { name: 'a', type: 'AAAAA' }, error: /type: expected/ },
    { args: { name: 'a', server: 'dns1' }, error: /server: expected an address/ },
  ])('$args is refused', ({ args, error }) => {
    const lab = new Lab();
    lab.command(0, 'power-on');
    lab.command(1, 'lookup', args);
    expect(lab.effects.last('reply').value).toEqual({ error: expect.stringMatching(error) });
    expect(lab.effects.of('send')).toEqual([]);
  });

  test('a host that is off has nobody to ask', () => {
    const lab = new Lab();
    lab.command(0, 'lookup', { name: 'portal.lab.example' });
    expect(lab.effects.last('reply').value).toEqual({ error: 'the host has no address yet' });
    lab.command(0, 'status');
    expect(lab.effects.last('reply').value).toEqual({ state: 'off' });
  });
});
