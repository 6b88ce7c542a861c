import { z } from 'zod';
import { formatRecord } from '../../src/codec/dns/record.ts';
import { rcodeName } from '../../src/codec/dns/registry.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { encodeMessage, decodeMessage } from '../../src/codec/dns/message.ts';
import { buildGeography } from '../../src/config/build-geography.ts';
import { buildRouting } from '../../src/config/build-routing.ts';
import { Findings } from '../../src/config/findings.ts';
import { geographyFields, routing as routingSchema } from '../../src/config/schema-routing.ts';
import { mistakesOf } from '../../src/config/issues.ts';
import { isMistakes, readSource } from '../../src/config/source.ts';
import { formatIp, ipOctets, isIpv4, parseIp, parsePrefix } from '../../src/core/address.ts';
import { Random } from '../../src/core/random.ts';
import { toInstant } from '../../src/core/time.ts';
import { ZonePolicies } from '../../src/engine/dns/policy-routing.ts';
import { Atlas } from '../../src/policy/dns/client.ts';
import type { GeoLookup } from '../../src/policy/dns/group.ts';
import type { CheckReport, HealthView } from '../../src/policy/dns/health-view.ts';
import { DnsService } from '../../src/service/dns.ts';
import type { PlainSets } from '../../src/store/routing.ts';
import type { RRset, Zone } from '../../src/store/zone.ts';
import { loadZone } from '../../src/store/zone-builder.ts';
import { ZoneSet } from '../../src/store/zone-set.ts';
import { SERVER, query } from './dns-client.ts';
import { RecordingEffects } from './recording-effects.ts';

/** A view of health that a test sets; it counts how often it is asked. */
export class StubHealth implements HealthView {
  readonly names: readonly string[];
  readonly awaited: string[] = [];
  readonly down = new Set<string>();
  readonly seconds = new Map<string, number>();
  asked = 0;

  constructor(names: readonly string[]) {
    this.names = names;
  }

  isHealthy(check: number): boolean {
    this.asked++;
    return !this.down.has(this.names[check] ?? '');
  }

  secondsToChange(check: number): number {
    return this.seconds.get(this.names[check] ?? '') ?? Infinity;
  }

  explain(check: number): CheckReport {
    const name = this.names[check] ?? '';
    const isHealthy = !this.down.has(name);
    const reason = isHealthy ? 'answers' : 'connect timed out';
    return { name, isHealthy, changedAt: undefined, probedAt: undefined, successes: 0, failures: 0, reason };
  }
}

export interface LabOptions {
  readonly seed?: number;
  readonly server?: string;
  readonly database?: GeoLookup;
  /** Records of the zone beside its policies, as in a master file. */
  readonly records?: string;
}

const CHECKS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
const fileSchema = z.strictObject({ ...geographyFields, routing: routingSchema });

/** What a person sees of one reply. */
export interface Seen {
  readonly rcode: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Scope of the client subnet; undefined: none was sent. */
  readonly scope: number | undefined;
  readonly rules: readonly string[];
  readonly details: readonly string[];
}

/** The zone lab.example with policies: `routing:` and what belongs to it, as in a scenario file. */
export class PolicyLab {
  readonly health = new StubHealth(CHECKS);
  readonly mistakes: readonly string[];
  readonly warnings: readonly string[];
  readonly policies: ZonePolicies;
  readonly zone: Zone;
  readonly service: DnsService;

  constructor(yaml: string, { seed = 1, server = 'dns', database, records = '' }: LabOptions = {}) {
    const source = readSource(yaml);
    if (isMistakes(source)) throw new Error(JSON.stringify(source));
    const parsed = fileSchema.safeParse(source.value);
    if (!parsed.success) throw new Error(JSON.stringify(mistakesOf(parsed.error.issues, source)));
    const findings = new Findings(source, 'inside');
    const geography = buildGeography({ ...parsed.data, zones: {} } as never, findings, []);
    const around = {
      apex: 'lab.example',
      checks: CHECKS,
      geography,
      records: undefined,
      isTransferred: false,
      isRefusedSigned: false,
    };
    const groups = buildRouting(parsed.data.routing, around, findings, ['routing']);
    this.mistakes = findings.mistakes.map(({ line, column, message }) => `${line}:${column} ${message}`);
    this.warnings = findings.warnings.map(({ line, rule, message }) => `${line} ${rule.id} ${message}`);
    const apex = toName('lab.example');
    const health = { current: this.health };
    const atlas = new Atlas({ ...geography, database });
    this.policies = new ZonePolicies(groups, { zone: apex, seed, server, atlas, health });
    const text = `$ORIGIN lab.example.\n$TTL 300\n@ 60 SOA ns host 1 2 3 4 60\n@ NS ns\nns A 10.0.0.53\n${records}`;
    const routed =
      this.mistakes.length > 0 ? {} : { routed: (plain: PlainSets) => this.policies.routedSets(plain) };
    this.zone = loadZone(text, { file: 'lab.zone', ...routed });
    this.service = new DnsService({ zones: new ZoneSet([this.zone]), random: new Random(1) });
  }

  /** `www A`, from an address, or for a network by EDNS Client Subnet. */
  ask(question: string, { from = '10.0.0.9', subnet }: { from?: string; subnet?: string } = {}): Seen {
    const [label = '', type = ''] = question.split(' ');
    const options = subnet === undefined ? [] : [{ code: 8, octets: subnetOctets(subnet) }];
    const edns = { payloadOctets: 4096, version: 0, flags: 0, options };
    const octets = encodeMessage(
      query(label === '@' ? 'lab.example' : `${label}.lab.example`, type, { edns }),
    );
    const effects = new RecordingEffects();
    const to = SERVER;
    const source = { address: parseIp(from)!, port: 40_000 };
    this.service.handle(
      { kind: 'datagram', octets, from: source, to, via: 0, hardware: undefined },
      toInstant(0),
      effects,
    );
    const [sent] = effects.of('send');
    const reply = decodeMessage(sent!.octets);
    const because = effects.of('because');
    return {
      rcode: rcodeName(reply.rcode),
      answer: reply.answers.map((record) => formatRecord(record).replace(' IN ', ' ')),
      authority: reply.authorities.map((record) => formatRecord(record).replace(' IN ', ' ')),
      scope: reply.edns?.options.find(({ code }) => code === 8)?.octets[3],
      rules: because.map(({ rule }) => rule.id),
      details: because.flatMap(({ detail }) => detail ?? []),
    };
  }

  /** The data of a reply alone. */
  data(question: string, client: { from?: string; subnet?: string } = {}): readonly string[] {
    return this.ask(question, client).answer.map((record) => record.split(' ').slice(3).join(' '));
  }

  rrset(question: string): RRset {
    const [label = '', type = 'A'] = question.split(' ');
    const number = query('x', type).questions[0]!.qtype;
    return this.zone.node(toName(`${label}.lab.example`))!.rrset(number)!;
  }

  /** What the policy comes to `count` times in a row: identifiers of what was picked, by the walk itself. */
  draw(question: string, count: number, from = '10.0.0.9'): readonly (readonly number[])[] {
    const { walk, client, health, forest } = this.policies;
    const [label = '', type = 'A'] = question.split(' ');
    const number = query('x', type).questions[0]!.qtype;
    const node = forest.node(toName(`${label}.lab.example`), number);
    return Array.from({ length: count }, () => {
      client.begin(parseIp(from)!, undefined);
      walk.run(node, health.current, client, undefined);
      return Array.from(walk.picked.subarray(0, walk.count), (index) => index - forest.first[node]!);
    });
  }
}

/** `198.51.100.0/24` as a CLIENT-SUBNET option: RFC 7871 §6. */
export function subnetOctets(text: string): Uint8Array {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new Error(`${text} is no network`);
  const octets = ipOctets(prefix.address).subarray(0, Math.ceil(prefix.length / 8));
  return Uint8Array.from([0, isIpv4(prefix.address) ? 1 : 2, prefix.length, 0, ...octets]);
}

/** Address number `index` of 10/8, spread by `step`. */
export function addressAt(index: number, step: number): string {
  return formatIp(((10 << 24) + index * step) as never);
}
