import { describe, expect, test } from 'vitest';
import { ANY, BROADCAST, type Endpoint } from '../../../src/core/address.ts';
import { REPLAY as RULES } from '../../../src/core/rules/replay.ts';
import type { DatagramInput } from '../../../src/core/service.ts';
import { NEVER, toInstant } from '../../../src/core/time.ts';
import type { RecordedDatagram } from '../../../src/codec/datagrams.ts';
import { MessageType, Op, Option } from '../../../src/codec/dhcp/codes.ts';
import { encodeMessage } from '../../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../../src/codec/dhcp/message.ts';
import { Recording } from '../../../src/engine/replay/recording.ts';
import { ReplayService } from '../../../src/service/replay.ts';
import { clientFields, clientMessage, ip, mac, option } from '../../support/dhcp-builders.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const SERVER = ip('10.0.0.67');
const RELAY = ip('10.9.0.1');
const OTHER_RELAY = ip('10.8.0.1');
const CLIENT: Endpoint = { address: ip('10.9.16.1'), port: 40_000 };
const THEN = { xid: 1, giaddr: RELAY, options: [option(Option.relayAgent, 1, 1, 7)] } as const;
const NOW = { xid: 99, giaddr: OTHER_RELAY, options: [option(Option.relayAgent, 1, 1, 9)] } as const;

function seen(us: number, from: Endpoint, to: Endpoint, octets: Uint8Array): RecordedDatagram {
  return { firstUs: us, lastUs: us, from, to, octets, isLost: false };
}

function at(port: number): Endpoint {
  return { address: SERVER, port };
}

function offer(yiaddr: string): Uint8Array {
  return encodeMessage({
    ...clientFields('bootp', { ...THEN, op: Op.reply, yiaddr: ip(yiaddr) }),
    options: [option(Option.messageType, MessageType.offer), ...THEN.options],
  });
}

const discover = (changes: Parameters<typeof clientMessage>[1]): Uint8Array =>
  clientMessage('discover', changes);

/** A DISCOVER through a relay, answered after 5 ms; the same client again, answered otherwise. */
const DHCP_BOOT: readonly RecordedDatagram[] = [
  seen(1_000, { address: RELAY, port: 67 }, at(67), discover(THEN)),
  seen(6_000, at(67), { address: RELAY, port: 67 }, offer('10.9.16.1')),
  seen(9_000, { address: RELAY, port: 67 }, at(67), discover({ ...THEN, secs: 4 })),
  seen(9_500, at(67), { address: RELAY, port: 67 }, offer('10.9.16.2')),
];

function serviceOf(datagrams: readonly RecordedDatagram[], port: number): ReplayService {
  const recording = new Recording(datagrams, { addresses: [SERVER], ports: [port] });
  return new ReplayService({ name: 'dhcp', recording });
}

function input(octets: Uint8Array, from: Endpoint, port: number): DatagramInput {
  return { kind: 'datagram', octets, from, to: at(port), via: 0, hardware: undefined };
}

/** Hands it in at 0, and gives all that comes of it until nothing is waited for. */
function ask(service: ReplayService, datagram: DatagramInput): RecordingEffects {
  const effects = new RecordingEffects();
  service.handle(datagram, toInstant(0), effects);
  return effects;
}

describe('a recording of DHCP', () => {
  test('the answer has the xid, the relay and option 82 of this request, and comes after the recorded time', () => {
    const service = serviceOf(DHCP_BOOT, 67);
    const effects = ask(service, input(discover(NOW), { address: OTHER_RELAY, port: 67 }, 67));
    expect(effects.log).toEqual([]);
    expect(service.deadline()).toBe(5_000);
    service.handle({ kind: 'timer' }, toInstant(4_999), effects);
    expect(effects.log).toEqual([]);
    service.handle({ kind: 'timer' }, toInstant(5_000), effects);
    const { port, to, octets } = effects.last('send');
    expect({ port, to }).toEqual({ port: 67, to: { address: OTHER_RELAY, port: 67 } });
    const message = decodeMessage(octets);
    expect([message.xid, message.giaddr, message.yiaddr]).toEqual([99, OTHER_RELAY, ip('10.9.16.1')]);
    expect([...message.option(Option.relayAgent)!]).toEqual([1, 1, 9]);
    expect(effects.rules()).toEqual([RULES.answered.id]);
    expect(service.deadline()).toBe(NEVER);
  });

  test('the second time gets the second answer, and then that one again', () => {
    const service = serviceOf(DHCP_BOOT, 67);
    const given = [0, 1, 2].map(() => {
      const effects = ask(service, input(discover(NOW), { address: OTHER_RELAY, port: 67 }, 67));
      service.handle({ kind: 'timer' }, toInstant(5_000), effects);
      return `${effects.rules().join(' ')} ${decodeMessage(effects.last('send').octets).yiaddr & 255}`;
    });
    expect(given).toEqual([`${RULES.answered.id} 1`, `${RULES.answered.id} 2`, `${RULES.again.id} 2`]);
  });

  test.each([
    { name: 'another client', changes: { ...NOW, mac: mac('00:10:18:00:00:02') } },
    { name: 'the same without a relay', changes: { ...NOW, giaddr: ANY } },
    {
      name: 'an address that it never asked for',
      changes: { ...NOW, options: [option(Option.requestedAddress, 10, 9, 9, 9)] },
    },
  ])('$name was not recorded: silence, counted', ({ changes }) => {
    const service = serviceOf(DHCP_BOOT, 67);
    const effects = ask(service, input(discover(changes), { address: OTHER_RELAY, port: 67 }, 67));
    expect(effects.rules()).toEqual([RULES.notRecorded.id]);
    expect(effects.last('measure')).toMatchObject({ name: 'dhcp.replay.unrecorded', value: 1 });
    expect(service.deadline()).toBe(NEVER);
  });

  test('what it was silent to then, it is silent to now, and that is in the recording', () => {
    const service = serviceOf(DHCP_BOOT.slice(0, 1), 67);
    const effects = ask(service, input(discover(NOW), { address: RELAY, port: 67 }, 67));
    expect(effects.rules()).toEqual([RULES.silentThen.id]);
  });

  test('a request that was lost on its way was never asked', () => {
    const service = serviceOf([{ ...DHCP_BOOT[0]!, isLost: true }], 67);
    const effects = ask(service, input(discover(NOW), { address: RELAY, port: 67 }, 67));
    expect(effects.rules()).toEqual([RULES.notRecorded.id]);
  });

  test('a client without a relay is answered by broadcast when it asks for that', () => {
    const direct = { xid: 5, flags: 0x8000 };
    const service = serviceOf(
      [
        seen(0, { address: ANY, port: 68 }, { address: BROADCAST, port: 67 }, discover(direct)),
        seen(
          0,
          at(67),
          { address: BROADCAST, port: 68 },
          encodeMessage({ ...clientFields('bootp', { ...direct, op: Op.reply, yiaddr: ip('10.0.0.9') }) }),
        ),
      ],
      67,
    );
    const effects = ask(service, input(discover(direct), { address: ANY, port: 68 }, 67));
    expect(effects.last('send').to).toEqual({ address: BROADCAST, port: 68, via: 0 });
  });

  test('octets that are no request are dropped', () => {
    const effects = ask(serviceOf(DHCP_BOOT, 67), input(Uint8Array.of(1, 2, 3), CLIENT, 67));
    expect(effects.rules()).toEqual([RULES.unreadable.id]);
  });
});

const RRQ = Uint8Array.from('\0\u0001gold.cfg\0octet\0', (c) => c.charCodeAt(0));
const data = (block: number): Uint8Array => Uint8Array.of(0, 3, 0, block, 0xaa);
const ack = (block: number): Uint8Array => Uint8Array.of(0, 4, 0, block);

function transferFrom(serverPort: number): RecordedDatagram[] {
  const then: Endpoint = { address: ip('10.9.16.9'), port: 50_000 };
  return [
    seen(0, then, at(69), RRQ),
    seen(100, at(serverPort), then, data(1)),
    seen(200, then, at(serverPort), ack(1)),
    seen(300, at(serverPort), then, data(2)),
    seen(400, then, at(serverPort), ack(2)),
  ];
}

describe('a recording of TFTP', () => {
  test.each([
    { name: 'a port of its own', recorded: 3_456, port: 49_152 },
    { name: 'one port for all', recorded: 69, port: 69 },
  ])('a transfer by $name goes block by block', ({ recorded, port }) => {
    const service = serviceOf(transferFrom(recorded), 69);
    const effects = new RecordingEffects();
    const said = (octets: Uint8Array, to: number, from = CLIENT): string[] => {
      const start = effects.log.length;
      service.handle(input(octets, from, to), toInstant(0), effects);
      service.handle({ kind: 'timer' }, toInstant(100), effects);
      return effects.log.slice(start).map((each) => {
        if (each.kind === 'send') return `${each.port} DATA ${each.octets[3]}`;
        return each.kind === 'because' ? each.rule.id : each.kind;
      });
    };
    expect(said(RRQ, 69)).toContain(`${port} DATA 1`);
    expect(said(ack(1), port)).toEqual([RULES.answered.id, `${port} DATA 2`]);
    expect(said(ack(1), port)).toEqual([RULES.again.id, `${port} DATA 2`]);
    expect(said(ack(7), port)).toEqual([RULES.notRecorded.id, 'measure']);
    expect(said(ack(2), port)).toEqual([RULES.silentThen.id]);
  });

  test('a transfer that nobody goes on with gives its port back', () => {
    const service = serviceOf(transferFrom(3_456), 69);
    const effects = ask(service, input(RRQ, CLIENT, 69));
    service.handle({ kind: 'timer' }, toInstant(100), effects);
    expect(service.deadline()).toBe(60_000_000);
    service.handle({ kind: 'timer' }, toInstant(60_000_000), effects);
    expect(effects.last('release')).toEqual({ kind: 'release', port: 49_152 });
    expect(service.deadline()).toBe(NEVER);
  });

  test('another file was not recorded', () => {
    const other = RRQ.slice();
    other[2] = 0x68;
    expect(ask(serviceOf(transferFrom(69), 69), input(other, CLIENT, 69)).rules()).toEqual([
      RULES.notRecorded.id,
    ]);
  });
});

const question = (id: number, name: string): Uint8Array =>
  Uint8Array.of(0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, ...Buffer.from(name), 0, 0, 1, 0, 1);

test('a recording of names: the ID and the case of the name are those of this question', () => {
  const answer = Uint8Array.of(...question(1, 'www'), 9);
  answer.set([0x81, 0x80], 2);
  const service = serviceOf(
    [seen(0, CLIENT, at(53), question(1, 'www')), seen(0, at(53), CLIENT, answer)],
    53,
  );
  const { octets } = ask(service, input(question(7, 'WwW'), CLIENT, 53)).last('send');
  expect([...octets.subarray(0, 4)]).toEqual([0, 7, 0x81, 0x80]);
  expect(Buffer.from(octets.subarray(13, 16)).toString()).toBe('WwW');
  // HTTPS is type 65, which is a capital letter where no name is.
  const https = question(8, 'www');
  https[https.length - 3] = 65;
  expect(ask(service, input(https, CLIENT, 53)).rules()).toEqual([RULES.notRecorded.id]);
});
