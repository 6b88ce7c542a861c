import { EdnsFlag } from '../../src/codec/dns/edns.ts';
import type { DnsMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { typeName, typeNumber } from '../../src/codec/dns/registry.ts';
import type { Service } from '../../src/core/service.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import type { KnownKeys, TrustAnchor, ZoneKeys } from '../../src/engine/dnssec/key-chain.ts';
import { type ValidationContext, type Verdict, validate } from '../../src/engine/dnssec/validate.ts';
import { ask, query } from './dns-client.ts';
import { START } from './signed-zone.ts';

export interface Judged {
  readonly verdict: Verdict;
  /** What was asked beside the question itself. */
  readonly questions: readonly string[];
}

export interface Judging {
  readonly anchors: readonly TrustAnchor[];
  readonly seconds?: number;
  /** What becomes of each reply on its way. */
  readonly tamper?: (reply: DnsMessage | undefined) => DnsMessage | undefined;
  readonly server: Service;
  readonly crypto?: ValidationContext['crypto'];
}

/** Asks a server, with DO, and judges what it says. */
export function judgeAnswer(
  qname: string,
  qtype: string,
  { anchors, seconds = START, tamper = (reply) => reply, server, crypto = portableCrypto }: Judging,
): Judged {
  const put = (name: string, type: string): DnsMessage | undefined => {
    const edns = { payloadOctets: 4096, version: 0, flags: EdnsFlag.DO, options: [] };
    return tamper(ask(server, query(name, type, { edns })));
  };
  const questions: string[] = [];
  const context = { anchors, known: new MapOfKeys(), seconds, crypto };
  const message = put(qname, qtype);
  if (message === undefined) throw new Error('no reply');
  const judging = validate(toName(qname), typeNumber(qtype)!, message, context);
  for (let step = judging.next(); ;) {
    if (step.done === true) return { verdict: step.value, questions };
    const { qname: name, qtype: type } = step.value;
    questions.push(`${name.toString()} ${typeName(type)}`);
    step = judging.next(put(name.toString(), typeName(type)));
  }
}

class MapOfKeys implements KnownKeys {
  readonly #map = new Map<string, ZoneKeys>();

  find(zone: { readonly key: string }): ZoneKeys | undefined {
    return this.#map.get(zone.key);
  }

  keep(keys: ZoneKeys): void {
    this.#map.set(keys.zone.key, keys);
  }
}
