import type { Rule } from '../core/rules.ts';
import { DHCP } from '../core/rules/dhcp.ts';
import { HOST } from '../core/rules/host.ts';
import { TFTP_RULES } from '../core/rules/tftp.ts';

/** Something a run counts or measures, and that `metric:` can be said of. */
export interface MetricSpec {
  /** As people write it. */
  readonly name: string;
  /**
   * `samples`: one value for each thing that happened. `level`: what is so at a moment; of several hosts the sum. `share`:
   * a level of which no sum makes sense. `counter`: how often something was.
   */
  readonly kind: 'samples' | 'level' | 'share' | 'counter';
  readonly unit: 'us' | '' | '%' | 'octets';
  /** For people, as the table of docs/scenarios.md has it. */
  readonly says: string;
  readonly source: MetricSource;
}

export type MetricSource =
  /** What services tell by `effects.measure`, under its own name. */
  | { readonly kind: 'measure'; readonly measure: string }
  /** How often any of these rules was given; `among`: without any of these nothing was there to be counted. */
  | { readonly kind: 'rules'; readonly rules: readonly Rule[]; readonly among: readonly Rule[] }
  /** How many datagrams left their makers that a step describes; `among` is its protocol. */
  | { readonly kind: 'packets'; readonly step: string }
  /** How many modems are operational. */
  | { readonly kind: 'up' };

const DISCOVERS = [HOST.discover, HOST.discoverAgain];
const OFFERS = [
  DHCP.offerReserved,
  DHCP.offerCurrent,
  DHCP.offerPrevious,
  DHCP.offerRequested,
  DHCP.offerFresh,
];
const NAKS = [DHCP.nakWrongNetwork, DHCP.nakWrongAddress, DHCP.nakNotOffered, DHCP.nakAuthoritative];
const ACKS = [DHCP.ack, DHCP.ackExtended];
const ANY_DHCP = [...DISCOVERS, ...OFFERS, ...NAKS, ...ACKS, HOST.reboot, HOST.renew, HOST.rebind];
const RRQS = [TFTP_RULES.clientAsks, TFTP_RULES.clientAsksAgain];
const ANY_TFTP = [...RRQS, TFTP_RULES.granted, TFTP_RULES.optionsGranted];

function measured(
  name: string,
  [kind, unit]: readonly [MetricSpec['kind'], MetricSpec['unit']],
  says: string,
  measure = name,
): MetricSpec {
  return { name, kind, unit, says, source: { kind: 'measure', measure } };
}

function counted(name: string, rules: readonly Rule[], among: readonly Rule[], says: string): MetricSpec {
  return { name, kind: 'counter', unit: '', says, source: { kind: 'rules', rules, among } };
}

/** In the order to show them. */
export const METRICS: readonly MetricSpec[] = [
  measured(
    'boot',
    ['samples', 'us'],
    'from power-on to operational, of each modem; one that never gets there takes for ever',
    'boot.us',
  ),
  { name: 'up', kind: 'level', unit: '', says: 'modems that are operational', source: { kind: 'up' } },
  counted('dhcp.discovers', DISCOVERS, ANY_DHCP, 'DISCOVERs that clients sent, repeated ones too'),
  counted('dhcp.offers', OFFERS, ANY_DHCP, 'OFFERs that servers sent'),
  counted('dhcp.acks', ACKS, ANY_DHCP, 'ACKs that servers sent'),
  counted('dhcp.naks', NAKS, ANY_DHCP, 'NAKs that servers sent'),
  counted(
    'dhcp.retransmits',
    [HOST.discoverAgain, HOST.requestAgain, HOST.renewAgain],
    ANY_DHCP,
    'messages that clients sent again since no answer came',
  ),
  measured('leases.in-use', ['level', ''], 'addresses that are leased', 'dhcp.leases.active'),
  counted('tftp.requests', RRQS, ANY_TFTP, 'requests for files, repeated ones too'),
  counted(
    'tftp.retransmits',
    [TFTP_RULES.clientAsksAgain, TFTP_RULES.clientRepeats, TFTP_RULES.resent, TFTP_RULES.windowAgain],
    ANY_TFTP,
    'packets of transfers that were sent again, by either side',
  ),
  measured(
    'tftp.transfer',
    ['samples', 'us'],
    'from the request for a file to its last block',
    'tftp.transfer.us',
  ),
  measured('tftp.transfers', ['level', ''], 'transfers under way'),
  {
    name: 'dns.queries',
    kind: 'counter',
    unit: '',
    says: 'questions over UDP, by clients and by resolvers',
    source: { kind: 'packets', step: 'DNS QUERY *>*' },
  },
  measured('dns.lookup', ['samples', 'us'], 'from a client’s question to its answer', 'dns.lookup.us'),
  measured('cache.hits', ['level', ''], 'answers that a resolver had'),
  measured('cache.misses', ['level', ''], 'questions that it had to go and find an answer for'),
  measured(
    'cache.age',
    ['samples', 'us'],
    'how long an answer had been in the cache when it was given',
    'cache.age.us',
  ),
  measured('upstream.queries', ['level', ''], 'questions of a resolver to name servers'),
  measured('population.failed', ['share', '%'], 'questions of a population that had no answer'),
  measured('ranging.collisions', ['level', ''], 'signals that destroyed each other on a cable'),
  measured('fw.passed', ['level', ''], 'packets that a router let pass'),
  measured('fw.dropped', ['level', ''], 'packets that it did not'),
  measured('fw.sessions', ['level', ''], 'sessions in its table'),
  measured('nat.ports', ['level', ''], 'ports of its outside that are taken'),
  measured('client.octets', ['level', 'octets'], 'what a client has of its file'),
];

const BY_NAME: ReadonlyMap<string, MetricSpec> = new Map(METRICS.map((spec) => [spec.name, spec]));
const BY_MEASURE: ReadonlyMap<string, MetricSpec> = new Map(
  METRICS.flatMap((spec) => (spec.source.kind === 'measure' ? [[spec.source.measure, spec]] : [])),
);

/** The metric of a name; those of a queue and of a share have names of the file's own. */
export function metricNamed(name: string): MetricSpec | undefined {
  return BY_NAME.get(name) ?? named(name);
}

/** The metric that a measure of a service belongs to; every measure has one. */
export function metricOf(measure: string): MetricSpec {
  return BY_MEASURE.get(measure) ?? named(measure) ?? measured(measure, ['share', ''], '');
}

function named(name: string): MetricSpec | undefined {
  const [, service = '', what] =
    /^(.+)\.(queue\.depth|queue\.full|queue\.dropped|queue\.wait|limited|limiter\.wait|replay\.unrecorded)$/.exec(
      name.replace(/\.us$/, ''),
    ) ?? [];
  switch (what) {
    case 'queue.depth':
      return measured(name, ['level', ''], `datagrams that wait for ${service}`);
    case 'queue.full':
      return measured(name, ['counter', ''], `datagrams that found the queue of ${service} full`);
    case 'queue.dropped':
      return measured(name, ['counter', ''], `datagrams that the queue of ${service} dropped`);
    case 'queue.wait':
      return waits(`${service}.queue.wait`, `how long datagrams waited for ${service}`);
    case 'limited':
      return measured(name, ['counter', ''], `datagrams that the limiter of ${service} dropped`);
    case 'replay.unrecorded':
      return measured(name, ['counter', ''], `requests that the recording of ${service} does not have`);
    case 'limiter.wait':
      return waits(`${service}.limiter.wait`, `how long the limiter of ${service} held datagrams`);
    default:
  }
  if (name.startsWith('share.')) return measured(name, ['share', '%'], `answers that were ${name.slice(6)}`);
  return undefined;
}

function waits(name: string, says: string): MetricSpec {
  return measured(name, ['samples', 'us'], says, `${name}.us`);
}
