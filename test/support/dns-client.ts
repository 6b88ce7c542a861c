import { ipv4, parseIpv4 } from '../../src/core/address.ts';
import { toInstant } from '../../src/core/time.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { Flag } from '../../src/codec/dns/header.ts';
import { formatRecord } from '../../src/codec/dns/record.ts';
import { Class, Type, rcodeName, typeNumber } from '../../src/codec/dns/registry.ts';
import type { Service } from '../../src/core/service.ts';
import { RecordingEffects } from './recording-effects.ts';

export const CLIENT = { address: parseIpv4('10.0.0.9') ?? ipv4(0), port: 40_000 };
export const SERVER = { address: parseIpv4('10.0.0.1') ?? ipv4(0), port: 53 };

/** A query with nothing set but what is given. */
export function query(qname: string, qtype: string, change: Partial<DnsMessage> = {}): DnsMessage {
  return {
    id: 0x1234,
    opcode: 0,
    flags: 0,
    rcode: 0,
    questions: [{ qname: toName(qname), qtype: typeNumber(qtype) ?? Type.A, qclass: Class.IN }],
    answers: [],
    authorities: [],
    additionals: [],
    ...change,
  };
}

/** Hands one datagram to a service and gives what it did. */
export function datagram(
  service: Service,
  octets: Uint8Array,
  effects = new RecordingEffects(),
): RecordingEffects {
  service.handle(
    { kind: 'datagram', octets, from: CLIENT, to: SERVER, via: 0, hardware: undefined },
    toInstant(0),
    effects,
  );
  return effects;
}

/** The reply over UDP; undefined for silence. */
export function ask(service: Service, message: DnsMessage | Uint8Array): DnsMessage | undefined {
  const octets = message instanceof Uint8Array ? message : encodeMessage(message);
  const sent = datagram(service, octets).log.find((effect) => effect.kind === 'send');
  return sent?.kind === 'send' ? decodeMessage(sent.octets) : undefined;
}

/** A reply as a person compares it. */
export function summary(reply: DnsMessage | undefined) {
  return {
    rcode: rcodeName(reply?.rcode ?? -1),
    aa: ((reply?.flags ?? 0) & Flag.AA) !== 0,
    answer: reply?.answers.map(formatRecord),
    authority: reply?.authorities.map(formatRecord),
    additional: reply?.additionals.map(formatRecord),
  };
}
