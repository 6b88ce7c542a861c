import { formatIp, type Ip, parseIp } from '../../src/core/address.ts';
import { Random } from '../../src/core/random.ts';
import type { Effects } from '../../src/core/service.ts';
import { SECOND, toInstant } from '../../src/core/time.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { Flag } from '../../src/codec/dns/header.ts';
import { formatName, toName } from '../../src/codec/dns/name.ts';
import { formatRecord, type ResourceRecord } from '../../src/codec/dns/record.ts';
import { rcodeName, typeName, typeNumber } from '../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../src/codec/dns/zone-text.ts';
import { Recursor, type RecursorOptions } from '../../src/engine/recursor/recursor.ts';
import { recordsOf } from '../../src/engine/recursor/record-set.ts';
import { RecordingEffects } from './recording-effects.ts';

const ROOT = address('198.51.100.1');
const OWN = address('192.0.2.53');

function address(text: string): Ip {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

/** `www.shop.example 60 A 203.0.113.80` as a record. */
export function record(text: string): ResourceRecord {
  const [owner = '', ttl, type = '', ...rdata] = text.split(' ');
  const number = typeNumber(type) ?? 0;
  return {
    owner: toName(owner),
    ttl: Number(ttl),
    class: 1,
    type: number,
    rdata: parseRdataText(number, rdata.join(' ')),
  };
}

export interface Said {
  readonly aa?: boolean;
  readonly rcode?: number;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  readonly change?: (query: DnsMessage) => Partial<DnsMessage>;
}

/** What servers say, by `ADDRESS NAME TYPE`, or by the address alone. */
export type World = Readonly<Record<string, Said | 'silence'>>;

export const RESOLVER_OPTIONS: RecursorOptions = {
  random: new Random(1),
  roots: [ROOT],
  usesIpv4: true,
  usesIpv6: false,
  minimises: 'off',
  networks: undefined,
  fixedPort: undefined,
  usesCookies: false,
  entriesMax: 1_000,
  ttlMin: 0,
  ttlMax: 86_400,
  negativeTtlMax: 3_600,
  staleSeconds: 0,
  staleAfterUs: 1_800_000,
  prefetches: false,
};

/** A resolver among servers that answer at once, 20 ms after they were asked; time is the test's. */
export class ResolverBench {
  readonly asked: string[] = [];
  readonly rules: string[] = [];
  readonly recursor: Recursor;
  world: World;
  #nowUs = 0;
  #nextPort = 50_000;
  #due: { at: number; run: (effects: RecordingEffects) => void }[] = [];

  constructor(world: World, change: Partial<RecursorOptions> = {}) {
    this.world = world;
    this.recursor = new Recursor({ ...RESOLVER_OPTIONS, random: new Random(1), ...change });
  }

  get seconds(): number {
    return this.#nowUs / SECOND;
  }

  /** The answer as text lines, such as `NOERROR`, `www.shop.example. 60 IN A 203.0.113.80`. */
  ask(name: string, type = 'A', client = '192.0.2.10'): readonly string[] {
    let lines: readonly string[] | undefined;
    this.#with((effects) =>
      this.recursor.resolve(
        {
          qname: toName(name),
          qtype: typeNumber(type) ?? 0,
          client: address(client),
          answered: ({ rcode, answers, authorities }) => {
            const records = [...answers, ...authorities].flatMap(({ set, ttl }) =>
              recordsOf(set, ttl, false),
            );
            lines = [rcodeName(rcode), ...records.map(formatRecord)];
          },
        },
        toInstant(this.#nowUs),
        effects,
      ),
    );
    for (let turns = 0; lines === undefined && turns < 2_000; turns++) this.#turn();
    if (lines === undefined) throw new Error('no answer');
    return lines;
  }

  /** Lets time pass, and all that is due in it happen. */
  wait(seconds: number): this {
    const until = this.#nowUs + seconds * SECOND;
    while (this.#nextAt() <= until) this.#turn();
    this.#nowUs = until;
    return this;
  }

  #nextAt(): number {
    return Math.min(this.recursor.deadline(), ...this.#due.map(({ at }) => at));
  }

  #turn(): void {
    const at = this.#nextAt();
    if (!Number.isFinite(at)) throw new Error('nothing left to wait for');
    this.#nowUs = Math.max(at, this.#nowUs);
    const due = this.#due.filter((one) => one.at <= this.#nowUs);
    this.#due = this.#due.filter((one) => one.at > this.#nowUs);
    for (const { run } of due) this.#with(run);
    if (this.recursor.deadline() <= this.#nowUs)
      this.#with((effects) => this.recursor.wake(toInstant(this.#nowUs), effects));
  }

  #with(act: (effects: RecordingEffects & Effects) => void): void {
    const effects = new RecordingEffects();
    effects.nextPort = this.#nextPort;
    act(effects);
    this.#nextPort = effects.nextPort;
    this.rules.push(...effects.rules());
    for (const { to, port, octets } of effects.of('send')) {
      const query = decodeMessage(octets);
      const [question] = query.questions;
      if (question === undefined) throw new Error('a query without a question');
      const text = `${formatIp(to.address)} ${formatName(question.qname)} ${typeName(question.qtype)}`;
      this.asked.push(text);
      const said = this.world[text] ?? this.world[formatIp(to.address)] ?? 'silence';
      if (said === 'silence') continue;
      const reply = encodeMessage(replyTo(query, said));
      const input = {
        kind: 'datagram',
        octets: reply,
        from: { address: to.address, port: 53 },
        to: { address: OWN, port },
        via: 0,
        hardware: undefined,
      } as const;
      this.#due.push({
        at: this.#nowUs + 20_000,
        run: (sink) => this.recursor.receive(input, toInstant(this.#nowUs), sink),
      });
    }
  }
}

function replyTo(query: DnsMessage, said: Said): DnsMessage {
  const { aa = true, rcode = 0, answer = [], authority = [], additional = [], change } = said;
  return {
    ...query,
    flags: Flag.QR | (aa ? Flag.AA : 0),
    rcode,
    answers: answer.map(record),
    authorities: authority.map(record),
    additionals: additional.map(record),
    edns: query.edns && { ...query.edns, options: [] },
    ...change?.(query),
  };
}
