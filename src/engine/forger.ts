import { type Ip, formatIp, ipOctets, isIpv4 } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { RESOLVER } from '../core/rules/resolver.ts';
import type { DatagramInput, Effects } from '../core/service.ts';
import { utf8Octets } from '../core/text.ts';
import { type Instant, NEVER, after } from '../core/time.ts';
import { Flag } from '../codec/dns/header.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../codec/dns/message.ts';
import { EMPTY_MESSAGE } from '../codec/dns/question.ts';
import { Name, formatName } from '../codec/dns/name.ts';
import { Class, Opcode, Rcode, Type } from '../codec/dns/registry.ts';

const DNS_PORT = 53;
const IDS = 0x1_0000;
/** RFC 6056 §3.2: where ephemeral ports are drawn from. */
const PORT_FIRST = 1_024;
const TTL_SECONDS = 86_400;

export interface ForgerOptions {
  readonly random: Random;
  /** Its own address: where it sends who believes it. */
  readonly own: Ip;
  readonly resolver: Ip;
  /** Whose answers it forges. */
  readonly server: Ip;
  readonly zone: Name;
  /** The port that the resolver asks from, where it is known; undefined: guessed each time. */
  readonly port: number | undefined;
  readonly packets: number;
  readonly everyUs: number;
  readonly rounds: number;
}

/**
 * Forges answers, as RFC 5452 §4 has it: each round makes the resolver ask for a name that nobody has asked for, and sends guesses at
 * the answer, which name the forger itself as the zone's server. A question that then comes to it shows that one was believed.
 */
export class Forger {
  readonly #options: ForgerOptions;
  #state: 'off' | 'attacking' | 'poisoned' | 'gave-up' = 'off';
  #port = 0;
  #round = 0;
  #nextAt: Instant = NEVER;

  constructor(options: ForgerOptions) {
    this.#options = options;
  }

  start(now: Instant, effects: Effects): void {
    if (this.#state !== 'off') return;
    this.#port = effects.bind();
    this.#enter('attacking', effects);
    this.#nextAt = now;
  }

  stop(effects: Effects): void {
    if (this.#state === 'off') return;
    effects.release(this.#port);
    this.#nextAt = NEVER;
    this.#enter('off', effects);
  }

  deadline(): Instant {
    return this.#nextAt;
  }

  wake(now: Instant, effects: Effects): void {
    if (this.#nextAt > now) return;
    if (this.#round >= this.#options.rounds) {
      this.#nextAt = NEVER;
      effects.because(RESOLVER.attackLost, effects.explains ? `${this.#round} rounds` : undefined);
      return this.#enter('gave-up', effects);
    }
    this.#round++;
    this.#nextAt = after(now, this.#options.everyUs);
    this.#attack(effects);
  }

  /** Who asks this host for names has been deceived. */
  receive({ octets, from, to }: DatagramInput, effects: Effects): void {
    if (to.port !== DNS_PORT || from.address !== this.#options.resolver) return;
    const query = readQuery(octets);
    const [question] = query?.questions ?? [];
    if (query === undefined || question === undefined) return;
    if (this.#state === 'attacking') {
      this.#nextAt = NEVER;
      const text = `round ${this.#round}: ${formatIp(from.address)} asks for ${formatName(question.qname)}`;
      effects.because(RESOLVER.attackWon, effects.explains ? text : undefined);
      this.#enter('poisoned', effects);
    }
    const reply = encodeMessage({ ...query, ...this.#lie(question.qname), questions: query.questions });
    effects.send(DNS_PORT, { address: from.address, port: from.port, source: to.address }, reply);
  }

  #attack(effects: Effects): void {
    const { random, resolver, server, packets, zone } = this.#options;
    effects.because(RESOLVER.attackRound, effects.explains ? `round ${this.#round}` : undefined);
    const qname = labelBelow(`r${this.#round}-${random.below(0x1_0000)}`, zone);
    const asked = { questions: [{ qname, qtype: Type.A, qclass: Class.IN }], opcode: Opcode.QUERY };
    const question = encodeMessage({ ...EMPTY_MESSAGE, ...asked, id: random.below(IDS), flags: Flag.RD });
    effects.send(this.#port, { address: resolver, port: DNS_PORT }, question);
    const forged = encodeMessage({ ...EMPTY_MESSAGE, ...asked, ...this.#lie(qname) });
    let id = random.below(IDS);
    for (let left = packets; left > 0; left--) {
      forged[0] = id >>> 8;
      forged[1] = id;
      id = (id + 1) % IDS;
      const port = this.#options.port ?? PORT_FIRST + random.below(0x1_0000 - PORT_FIRST);
      effects.send(DNS_PORT, { address: resolver, port, source: server }, forged);
    }
  }

  /** The name is here, and the zone's one server is here, too. */
  #lie(
    qname: Name,
  ): Pick<DnsMessage, 'flags' | 'rcode' | 'answers' | 'authorities' | 'additionals' | 'edns'> {
    const { own, zone } = this.#options;
    const address = {
      type: isIpv4(own) ? Type.A : Type.AAAA,
      class: Class.IN,
      ttl: TTL_SECONDS,
      rdata: ipOctets(own),
    };
    return {
      flags: Flag.QR | Flag.AA,
      rcode: Rcode.NOERROR,
      answers: [{ ...address, owner: qname }],
      // A server of a name that nobody has heard of: what is known of the true one's stays out of the way.
      authorities: [{ owner: zone, type: Type.NS, class: Class.IN, ttl: TTL_SECONDS, rdata: qname.octets }],
      additionals: [],
      edns: undefined,
    };
  }

  #enter(state: 'off' | 'attacking' | 'poisoned' | 'gave-up', effects: Effects): void {
    this.#state = state;
    effects.state('attacker', state);
  }
}

function labelBelow(label: string, zone: Name): Name {
  const octets = utf8Octets(label);
  return new Name(Uint8Array.of(octets.length, ...octets, ...zone.octets));
}

function readQuery(octets: Uint8Array): DnsMessage | undefined {
  try {
    const message = decodeMessage(octets);
    return (message.flags & Flag.QR) === 0 ? message : undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}
