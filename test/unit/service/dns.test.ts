import { describe, expect, test } from 'vitest';
import { BROADCAST } from '../../../src/core/address.ts';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { frameMessage } from '../../../src/codec/dns/frame.ts';
import { Flag } from '../../../src/codec/dns/header.ts';
import { decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { rcodeName } from '../../../src/codec/dns/registry.ts';
import type { DnsService } from '../../../src/service/dns.ts';
import { CLIENT, SERVER, ask, datagram, query } from '../../support/dns-client.ts';
import { labServer } from '../../support/dns-zones.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const LAB = '03 6c6162 07 6578616d706c65 00';
const OPT = '00 0029 04d0 00000000 0000';
const octets = (hex: string): Uint8Array => fromHex(hex)!;
const edns = (payloadOctets: number) => ({ edns: { payloadOctets, version: 0, flags: 0, options: [] } });

const manyServers = (glue: string) =>
  [
    'big.example. 60 SOA . . 1 2 3 4 5',
    ...Array.from(
      { length: 13 },
      (_, index) =>
        `cut.big.example. 60 NS ${glue.replace('N', String(index))}\n${glue.replace('N', String(index))} 60 AAAA fd00::${index}`,
    ),
  ].join('\n');

function opened(service: DnsService, stream: number, at = 0): RecordingEffects {
  const effects = new RecordingEffects();
  service.handle(
    { kind: 'stream', event: 'opened', stream, local: SERVER, peer: CLIENT },
    toInstant(at),
    effects,
  );
  return effects;
}
function send(service: DnsService, stream: number, chunk: Uint8Array, at = 0): RecordingEffects {
  const effects = new RecordingEffects();
  service.handle({ kind: 'stream', event: 'octets', stream, octets: chunk }, toInstant(at), effects);
  return effects;
}
function timer(service: DnsService, at: number): RecordingEffects {
  const effects = new RecordingEffects();
  service.handle({ kind: 'timer' }, toInstant(at), effects);
  return effects;
}
const ids = (effects: RecordingEffects) =>
  effects.of('write').map((one) => decodeMessage(one.octets.subarray(2)).id);
const framed = (id: number, name = 'portal.lab.example') =>
  frameMessage(encodeMessage({ ...query(name, 'A'), id }));

describe('what is refused, and how', () => {
  test.each([
    { name: 'no question', hex: '0007 0000 0000 0000 0000 0000', rcode: 'FORMERR' },
    {
      name: 'two questions: RFC 9619',
      hex: `0007 0000 0002 0000 0000 0000 ${`${LAB} 0006 0001`.repeat(2)}`,
      rcode: 'FORMERR',
    },
    { name: 'a question cut off', hex: `0007 0000 0001 0000 0000 0000 ${LAB} 00`, rcode: 'FORMERR' },
    {
      name: 'octets behind the message',
      hex: `0007 0000 0001 0000 0000 0000 ${LAB} 0006 0001 ff`,
      rcode: 'FORMERR',
    },
    {
      name: 'two OPT',
      hex: `0007 0000 0001 0000 0000 0002 ${LAB} 0006 0001 ${OPT} ${OPT}`,
      rcode: 'FORMERR',
    },
    {
      name: 'an option that overruns OPT',
      hex: `0007 0000 0001 0000 0000 0001 ${LAB} 0006 0001 00 0029 04d0 00000000 0004 000a 0008`,
      rcode: 'FORMERR',
    },
    {
      name: 'a label that overruns',
      hex: '0007 0000 0001 0000 0000 0000 3f 6162 0006 0001',
      rcode: 'FORMERR',
    },
    { name: 'type OPT', hex: `0007 0000 0001 0000 0000 0000 ${LAB} 0029 0001`, rcode: 'FORMERR' },
    { name: 'type TSIG', hex: `0007 0000 0001 0000 0000 0000 ${LAB} 00fa 0001`, rcode: 'FORMERR' },
    { name: 'AXFR over UDP', hex: `0007 0000 0001 0000 0000 0000 ${LAB} 00fc 0001`, rcode: 'NOTIMP' },
    {
      name: 'IXFR with a SOA in the authority section',
      hex: `0007 0000 0001 0000 0001 0000 ${LAB} 00fb 0001 c00c 0006 0001 00000000 0002 0000`,
      rcode: 'NOTIMP',
    },
    { name: 'MAILB', hex: `0007 0000 0001 0000 0000 0000 ${LAB} 00fd 0001`, rcode: 'NOTIMP' },
    { name: 'NOTIFY', hex: `0007 2400 0001 0000 0000 0000 ${LAB} 0006 0001`, rcode: 'NOTIMP' },
    { name: 'UPDATE', hex: `0007 2800 0001 0000 0000 0000 ${LAB} 0006 0001`, rcode: 'NOTIMP' },
    {
      name: 'class CH: version.bind',
      hex: '0007 0000 0001 0000 0000 0000 07 76657273696f6e 04 62696e64 00 0010 0003',
      rcode: 'REFUSED',
    },
    { name: 'class HS', hex: `0007 0000 0001 0000 0000 0000 ${LAB} 0006 0004`, rcode: 'REFUSED' },
  ])('$name: $rcode, with the ID and without records', ({ hex, rcode }) => {
    const reply = ask(labServer(), octets(hex));
    expect(rcodeName(reply?.rcode ?? -1)).toBe(rcode);
    expect(reply).toMatchObject({ id: 7, answers: [], authorities: [], additionals: [] });
    expect((reply?.flags ?? 0) & (Flag.QR | Flag.AA)).toBe(Flag.QR);
  });

  test.each([
    { name: 'octets too short for a header', hex: '0007 0000 0001' },
    { name: 'nothing', hex: '' },
    { name: 'a response', hex: `0007 8400 0001 0000 0000 0000 ${LAB} 0006 0001` },
  ])('$name: silence', ({ hex }) => {
    const effects = datagram(labServer(), octets(hex));
    expect(effects.of('send')).toEqual([]);
    expect(effects.rules()).toEqual(['HE-DNS-020']);
  });

  test('FORMERR over UDP and a whole query after it: the service goes on', () => {
    const service = labServer();
    ask(service, octets('0007 0000 0001 0000 0000 0000 3f'));
    expect(ask(service, query('portal.lab.example', 'A'))?.answers.length).toBe(1);
  });

  test('class ANY is answered without authority: RFC 1035 §6.2', () => {
    const reply = ask(labServer(), octets(`0007 0000 0001 0000 0000 0000 ${LAB} 0010 00ff`));
    expect(reply?.answers.length).toBe(1);
    expect((reply?.flags ?? 0) & Flag.AA).toBe(0);
  });
});

test('the command status: zones, serials, names', () => {
  const effects = new RecordingEffects();
  labServer().handle({ kind: 'command', verb: 'status', args: {} }, toInstant(0), effects);
  expect(effects.last('reply').value).toEqual({
    zones: [{ zone: 'lab.example.', serial: 2026010101, names: expect.any(Number) }],
    connections: 0,
  });
});

test('OPT comes back with an error too, whatever else is wrong: RFC 6891 §6.1.1', () => {
  const service = labServer();
  for (const hex of [
    `0007 7800 0000 0000 0000 0001 ${OPT}`,
    `0007 0000 0002 0000 0000 0001 ${`${LAB} 0006 0001`.repeat(2)} ${OPT}`,
  ])
    expect(ask(service, octets(hex))?.edns).toMatchObject({ payloadOctets: 1232, version: 0 });
});

describe('over UDP', () => {
  test('the reply leaves from the address asked; a broadcast is no address to send from', () => {
    const service = labServer();
    const message = encodeMessage(query('portal.lab.example', 'A'));
    expect(datagram(service, message).last('send').to).toEqual({ ...CLIENT, source: SERVER.address });
    const effects = new RecordingEffects();
    const to = { address: BROADCAST, port: 53 };
    service.handle(
      { kind: 'datagram', octets: message, from: CLIENT, to, via: 0, hardware: undefined },
      toInstant(0),
      effects,
    );
    expect(effects.last('send').to.source).toBeUndefined();
  });

  test.each([
    { name: 'no EDNS: 512', change: {}, tc: true },
    { name: 'EDNS 100 means 512', change: edns(100), tc: true },
    { name: 'EDNS 1232', change: edns(1232), tc: true },
    { name: 'EDNS 4096 is held to our 1232', change: edns(4096), tc: true },
    { name: 'EDNS 4096 where we allow it', change: edns(4096), udpOctetsMax: 4096, tc: false },
    { name: 'EDNS 1000 where we allow 4096', change: edns(1000), udpOctetsMax: 4096, tc: true },
  ])('1,300 octets of TXT, $name', ({ change, udpOctetsMax, tc }) => {
    const service = labServer({ udpOctetsMax });
    const message = query('big.lab.example', 'TXT', change);
    const reply = ask(service, message);
    expect(((reply?.flags ?? 0) & Flag.TC) !== 0).toBe(tc);
    expect(reply?.answers.length).toBe(tc ? 0 : 1);
    expect(reply?.edns !== undefined).toBe('edns' in change);
    expect(reply?.questions.length).toBe(1);
    const effects = datagram(service, encodeMessage(message));
    expect(effects.rules().includes('HE-DNS-019')).toBe(tc);
    expect(effects.last('send').octets.length).toBeLessThanOrEqual(udpOctetsMax ?? 1232);
  });

  test('glue inside of the delegated zone that does not fit: TC', () => {
    const service = labServer({}, [manyServers('nameserver-number-N.cut.big.example.')]);
    expect((ask(service, query('x.cut.big.example', 'A'))?.flags ?? 0) & Flag.TC).toBe(Flag.TC);
    expect(ask(service, query('x.cut.big.example', 'A', edns(1232)))?.additionals.length).toBe(13);
  });

  test('addresses elsewhere that do not fit are left out without TC: RFC 2181 §9', () => {
    const service = labServer({}, [manyServers('ns-N.hosts.big.example.')]);
    const reply = ask(service, query('x.cut.big.example', 'A'));
    expect((reply?.flags ?? 0) & Flag.TC).toBe(0);
    expect(reply?.authorities.length).toBe(13);
    expect(reply?.additionals.length).toBeGreaterThan(0);
    expect(reply?.additionals.length).toBeLessThan(13);
  });

  test('records in another order when asked for, all of them', () => {
    const service = labServer({ recordOrder: 'rotate' });
    const orders = new Set<string>();
    for (let turn = 0; turn < 40; turn++)
      orders.add((ask(service, query('many.lab.example', 'A'))?.answers ?? []).map(formatRecord).join());
    expect(orders.size).toBe(3);
    const fixed = ask(labServer(), query('many.lab.example', 'A'))?.answers.map(formatRecord);
    expect(fixed?.[0]).toBe('many.lab.example. 3600 IN A 10.0.1.1');
  });

  test('every octet of a reply is written: what was sent before does not show', () => {
    const service = labServer();
    const message = encodeMessage(query('nowhere.lab.example', 'A', edns(1232)));
    const first = toHex(datagram(service, message).last('send').octets);
    datagram(service, encodeMessage(query('lab.example', 'NS', edns(1232))));
    expect(toHex(datagram(service, message).last('send').octets)).toBe(first);
  });
});

describe('over TCP', () => {
  test('three queries in one chunk, then one octet by octet', () => {
    const service = labServer();
    opened(service, 1);
    expect(ids(send(service, 1, Uint8Array.from([...framed(1), ...framed(2), ...framed(3)])))).toEqual([
      1, 2, 3,
    ]);
    const single = [...framed(4)].map((octet) => ids(send(service, 1, Uint8Array.of(octet))));
    expect(single.flat()).toEqual([4]);
    expect(single.at(-1)).toEqual([4]);
  });

  test('the answer that is too long for UDP comes whole', () => {
    const service = labServer();
    opened(service, 1);
    const effects = send(service, 1, frameMessage(encodeMessage(query('big.lab.example', 'TXT'))));
    expect(decodeMessage(effects.last('write').octets.subarray(2)).answers.length).toBe(1);
  });

  test('keepalive is told when asked for, over TCP only: RFC 7828 §3.3', () => {
    const asking = query('portal.lab.example', 'A', {
      edns: { payloadOctets: 1232, version: 0, flags: 0, options: [{ code: 11, octets: new Uint8Array(0) }] },
    });
    const service = labServer({ idleSeconds: 12 });
    opened(service, 1);
    const effects = send(service, 1, frameMessage(encodeMessage(asking)));
    const reply = decodeMessage(effects.last('write').octets.subarray(2));
    expect(reply.edns?.options).toEqual([{ code: 11, octets: Uint8Array.of(0, 120) }]);
    expect(ask(service, asking)?.edns?.options).toEqual([]);
  });

  test('AXFR is not done here', () => {
    const service = labServer();
    opened(service, 1);
    const effects = send(service, 1, frameMessage(encodeMessage(query('lab.example', 'AXFR'))));
    expect(rcodeName(decodeMessage(effects.last('write').octets.subarray(2)).rcode)).toBe('NOTIMP');
  });

  test('an idle connection is closed after ten seconds, and given up after ten more', () => {
    const service = labServer();
    opened(service, 1, 0);
    send(service, 1, framed(1), 4 * SECOND);
    // Octets that are no whole query do not keep it open: RFC 7766 §6.2.3.
    send(service, 1, Uint8Array.of(0, 40, 1), 9 * SECOND);
    expect(service.deadline()).toBe(14 * SECOND);
    expect(timer(service, 13 * SECOND).log).toEqual([]);
    expect(timer(service, 14 * SECOND).words()).toEqual(['because HE-DNS-021', 'close']);
    expect(service.deadline()).toBe(24 * SECOND);
    expect(timer(service, 24 * SECOND).words()).toEqual(['reset']);
    expect(service.deadline()).toBe(Infinity);
  });

  test('one connection too many closes the one idle longest', () => {
    const service = labServer({ connectionsMax: 3 });
    for (const stream of [1, 2, 3]) opened(service, stream, stream);
    send(service, 1, framed(1), 10);
    const effects = opened(service, 4, 11);
    expect(effects.words()).toEqual(['because HE-DNS-022', 'reset']);
    expect(effects.log.at(-1)).toEqual({ kind: 'reset', stream: 2 });
    expect(ids(send(service, 1, framed(5), 12))).toEqual([5]);
    expect(send(service, 2, framed(6), 12).log).toEqual([]);
  });

  test('a connection is given so many octets of answers and no more', () => {
    const service = labServer({ connectionOctetsMax: 10_000 });
    opened(service, 1);
    const big = frameMessage(encodeMessage(query('big.lab.example', 'TXT')));
    const effects = send(service, 1, Uint8Array.from(Array.from({ length: 50 }, () => [...big]).flat()));
    expect(effects.of('write').length).toBe(8);
    expect(effects.rules().at(-1)).toBe('HE-DNS-023');
    expect(send(service, 1, big).log).toEqual([]);
  });

  test('who speaks another protocol is cut off', () => {
    const service = labServer();
    opened(service, 1);
    // "GE" is a length of 18,245 octets, which never come; a length of 4 cannot be a query.
    expect(send(service, 1, Uint8Array.of(0, 4, 1, 2, 3, 4)).words()).toEqual([
      'because HE-DNS-020',
      'reset',
    ]);
    expect(send(service, 1, framed(1)).log).toEqual([]);
  });

  test('the peer closes its side: so do we', () => {
    const service = labServer();
    opened(service, 1);
    const effects = new RecordingEffects();
    service.handle({ kind: 'stream', event: 'closed', stream: 1 }, toInstant(1), effects);
    expect(effects.words()).toEqual(['close']);
    expect(service.deadline()).toBe(Infinity);
  });

  test('a stream to another port, and one that is not ours, are left alone', () => {
    const service = labServer();
    const effects = new RecordingEffects();
    const local = { ...SERVER, port: 37 };
    service.handle(
      { kind: 'stream', event: 'opened', stream: 1, local, peer: CLIENT },
      toInstant(0),
      effects,
    );
    expect(service.deadline()).toBe(Infinity);
    expect(send(service, 1, framed(1)).log).toEqual([]);
  });
});

describe('a reload', () => {
  test('a connection stays open, half a query included, and is answered from the new zones', () => {
    const before = labServer();
    opened(before, 7);
    const query7 = framed(7, 'www.new.example');
    send(before, 7, query7.subarray(0, 20));
    const after = labServer({}, ['new.example. 60 SOA . . 1 2 3 4 5\nwww.new.example. 60 A 10.0.0.1']);
    after.succeed(before, toInstant(0));
    const [reply] = send(after, 7, query7.subarray(20)).of('write');
    expect(decodeMessage(reply!.octets.subarray(2))).toMatchObject({ id: 7, rcode: 0, answers: [{}] });
    expect(after.deadline()).toBe(10 * SECOND);
    expect(timer(after, 10 * SECOND).of('close')).toEqual([{ kind: 'close', stream: 7 }]);
  });
});
