import { describe, expect, test } from 'vitest';
import { frameMessage } from '../../../src/codec/dns/frame.ts';
import { Flag } from '../../../src/codec/dns/header.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { Opcode } from '../../../src/codec/dns/registry.ts';
import { updateRecords } from '../../../src/codec/dns/update-text.ts';
import { parsePrefix } from '../../../src/core/address.ts';
import { Random } from '../../../src/core/random.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { ResolverService } from '../../../src/service/resolver.ts';
import { PeerList } from '../../../src/store/access.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { CLIENT, SERVER, query } from '../../support/dns-client.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';
import { RESOLVER_OPTIONS, record } from '../../support/resolver-bench.ts';
import { ZoneBench } from '../../support/zone-bench.ts';

// A client that has asked all it wants may say so at once, and read on: its side of the connection is closed, ours is not.

const STREAM = 1;
const APEX = toName('lab.example');
const FROM_HERE = new PeerList([{ prefix: parsePrefix('10.0.0.0/24'), key: undefined }]);
const ZONE = loadZone(
  `$ORIGIN lab.example.\n$TTL 60\n@ SOA ns root 1 2 3 4 5\n@ NS ns\nns A 10.0.0.1\n$GENERATE 1-4000 h$ A 10.1.0.1\n`,
  { file: 'zone' },
);

const opened = { kind: 'stream', event: 'opened', stream: STREAM, local: SERVER, peer: CLIENT } as const;
const closed = { kind: 'stream', event: 'closed', stream: STREAM } as const;
const asks = (message: DnsMessage) =>
  ({
    kind: 'stream',
    event: 'octets',
    stream: STREAM,
    octets: frameMessage(encodeMessage(message)),
  }) as const;

/** What was written and closed, in order. */
function endOf(effects: RecordingEffects): readonly string[] {
  return effects.log
    .map(({ kind }) => kind)
    .filter((kind) => kind === 'write' || kind === 'close' || kind === 'reset');
}

describe('an authority', () => {
  test('sends a whole transfer, and then closes', () => {
    const bench = new ZoneBench({ apex: APEX, allowTransfer: FROM_HERE }, ZONE);
    bench
      .hand(opened)
      .hand(asks(query('lab.example', 'AXFR')))
      .hand(closed);
    expect(endOf(bench.effects)).toEqual([]);
    bench.run(5);
    const answers = bench.effects
      .of('write')
      .reduce((sum, { octets }) => sum + decodeMessage(octets.subarray(2)).answers.length, 0);
    expect(answers).toBe(4_004);
    expect(endOf(bench.effects).at(-1)).toBe('close');
    expect(bench.effects.of('close')).toHaveLength(1);
  });

  test('confirms an UPDATE when it is on the disk, and then closes', () => {
    const bench = new ZoneBench({ apex: APEX, allowUpdate: FROM_HERE }, ZONE);
    const authorities = updateRecords({ add: ['new 60 A 10.0.0.9'], remove: [] }, APEX);
    const update = query('lab.example', 'SOA', { opcode: Opcode.UPDATE, authorities });
    bench.hand(opened).hand(asks(update)).hand(closed).run(1);
    expect(endOf(bench.effects)).toEqual([]);
    bench.settle();
    expect(endOf(bench.effects)).toEqual(['write', 'close']);
  });

  test('closes at once where nothing is owed', () => {
    const bench = new ZoneBench({ apex: APEX }, ZONE);
    bench
      .hand(opened)
      .hand(asks(query('ns.lab.example', 'A')))
      .hand(closed);
    expect(endOf(bench.effects)).toEqual(['write', 'close']);
  });

  test('gives up a transfer whose connection is gone', () => {
    const bench = new ZoneBench({ apex: APEX, allowTransfer: FROM_HERE }, ZONE);
    bench
      .hand(opened)
      .hand(asks(query('lab.example', 'AXFR')))
      .hand(closed);
    bench.hand({ ...closed, event: 'reset' }).run(5);
    expect(endOf(bench.effects)).toEqual([]);
  });
});

function askAndClose(service: ResolverService): RecordingEffects {
  const effects = new RecordingEffects();
  for (const input of [opened, asks(query('www.example', 'TXT', { flags: Flag.RD })), closed])
    service.handle(input, toInstant(0), effects);
  return effects;
}
function resolver(): ResolverService {
  return new ResolverService({ ...RESOLVER_OPTIONS, random: new Random(3), allowQuery: undefined });
}

describe('a resolver', () => {
  test('answers what it had to look for, and then closes', () => {
    const service = resolver();
    const effects = askAndClose(service);
    expect(endOf(effects)).toEqual([]);
    const upstream = effects.last('send');
    const asked = decodeMessage(upstream.octets);
    const octets = encodeMessage({
      ...asked,
      flags: Flag.QR | Flag.AA,
      answers: [record('www.example 60 TXT "hello"')],
    });
    const from = { address: upstream.to.address, port: 53 };
    const to = { address: SERVER.address, port: upstream.port };
    service.handle(
      { kind: 'datagram', octets, from, to, via: 0, hardware: undefined },
      toInstant(20_000),
      effects,
    );
    expect(endOf(effects)).toEqual(['write', 'close']);
  });

  test('keeps such a connection no longer than an idle one', () => {
    const service = resolver();
    const effects = askAndClose(service);
    while (service.deadline() <= 120 * SECOND)
      service.handle({ kind: 'timer' }, toInstant(service.deadline()), effects);
    expect(endOf(effects).filter((kind) => kind === 'close')).toHaveLength(1);
    expect(effects.of('reset')).toEqual([]);
  });
});
