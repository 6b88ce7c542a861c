import { OptionCode, SubnetFamily } from '../codec/dns/query.ts';
import { EdnsFlag } from '../codec/dns/edns.ts';
import { Flag } from '../codec/dns/header.ts';
import { type DnsMessage, decodeMessage } from '../codec/dns/message.ts';
import { encodeQuery } from '../codec/dns/question.ts';
import { type Name, formatName, parseName } from '../codec/dns/name.ts';
import { typeName, typeNumber } from '../codec/dns/registry.ts';
import type { DnsServiceConfig } from '../config/scenario.ts';
import { parseDurationUs, DURATION_EXPECTED } from '../config/units.ts';
import { formatPrefix, type Ip, ipOctets, isIpv4, parseIp, parsePrefix } from '../core/address.ts';
import { fromHex, toHex } from '../core/bytes.ts';
import { bug } from '../core/errors.ts';
import type { Plain } from '../core/service.ts';
import { type Instant, SECOND, toInstant } from '../core/time.ts';
import { SimDriver } from '../driver/sim/driver.ts';
import { PlantIndex } from '../scenario/plant.ts';
import { ScenarioRun } from '../scenario/run.ts';
import type { DigReply } from '../service/dns-dig.ts';
import { UsageError } from './failure.ts';
import { type LoadedScenario, prepareVirtual } from './scenario.ts';

/** Who asks: an address of its own, or a resolver that tells its client's network (RFC 7871 §6). */
export interface DigClient {
  readonly source: string;
  /** Undefined: no client subnet is sent. */
  readonly subnet: { readonly address: Ip; readonly length: number } | undefined;
}

export interface DigQuestion {
  readonly qname: Name;
  readonly qtype: number;
  readonly client: DigClient;
  readonly dnssecOk: boolean;
}

/** What is said to the server before it is asked, at the same moment: a check is forced. */
export interface Said {
  readonly verb: string;
  readonly args: Readonly<Record<string, Plain>>;
}

/** One question at one moment of the run. */
export interface Asked {
  readonly at: Instant;
  readonly question: DigQuestion;
  readonly before?: readonly Said[] | undefined;
  /** Rdata that is wished for: the reply says what must change. */
  readonly wanted?: Uint8Array | undefined;
}

/** A reply, as it was made and as it is read. */
export interface DigAnswer {
  readonly at: Instant;
  /** Undefined: silence. */
  readonly message: DnsMessage | undefined;
  readonly links: DigReply['links'];
}

const LOOPBACK = '127.0.0.1';
const UDP_OCTETS = 65_535;

/** `www.shop.example` and `A`, as a person types them. */
export function digQuestion(name: string, type: string): Pick<DigQuestion, 'qname' | 'qtype'> {
  const qname = parseName(name.endsWith('.') ? name : `${name}.`);
  if ('fault' in qname) throw new UsageError(`"${name.slice(0, 80)}" is not a name: write ${qname.fault}`);
  const qtype = typeNumber(type.toUpperCase());
  if (qtype === undefined)
    throw new UsageError(`"${type.slice(0, 20)}" is not a record type: write A, AAAA, MX or TYPE65`);
  return { qname, qtype };
}

/** `10.1.0.7` asks itself; `10.1.0.0/16` is told as a client subnet by the resolver `from`. */
export function digClient(client: string | undefined, from: string | undefined): DigClient {
  if (from !== undefined && parseIp(from) === undefined)
    throw new UsageError(
      `"${from.slice(0, 60)}" is not an address: write the resolver's, such as 192.0.2.53`,
    );
  if (client === undefined) return { source: from ?? LOOPBACK, subnet: undefined };
  if (parseIp(client) !== undefined && from === undefined) return { source: client, subnet: undefined };
  const alone = parseIp(client);
  const subnet =
    alone === undefined ? parsePrefix(client) : { address: alone, length: isIpv4(alone) ? 32 : 128 };
  if (subnet === undefined)
    throw new UsageError(
      `"${client.slice(0, 60)}" is not a client: write an address such as 10.1.0.7, or a network such as 10.1.0.0/16`,
    );
  return { source: from ?? LOOPBACK, subnet };
}

const DAY_US = 86_400 * SECOND;

/** `90s` after the beginning, or `12:03` and `12:03:30` on the scenario's clock; left out, the end of the scenario. */
export function digMoment(text: string | undefined, { scenario }: LoadedScenario): Instant {
  if (text === undefined) return toInstant(scenario.durationUs);
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock !== null) {
    const [, hours = '', minutes = '', seconds = '0'] = clock;
    const ofDay = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * SECOND;
    if (Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60)
      return toInstant((((ofDay - scenario.epochUs) % DAY_US) + DAY_US) % DAY_US);
  }
  const us = parseDurationUs(text);
  if (us !== undefined) return toInstant(us);
  throw new UsageError(
    `--at ${text.slice(0, 40)}: write ${DURATION_EXPECTED}, or a time of day such as 12:03 on the scenario's clock`,
  );
}

/** The name server that is asked: the one named, or the first whose zone is the nearest above the name, or the first. */
export function digServer({ scenario }: LoadedScenario, qname: Name, named?: string): DnsServiceConfig {
  const servers = scenario.services.filter((service) => service.kind === 'dns');
  if (named !== undefined) {
    const found = servers.find(({ name }) => name === named);
    if (found !== undefined) return found;
    const names = servers.map(({ name }) => name).join(', ');
    throw new UsageError(`there is no name server "${named.slice(0, 60)}": the file has ${names || 'none'}`);
  }
  const [first] = servers;
  if (first === undefined) throw new UsageError('the file has no name server: there is nobody to ask');
  const labelsOf = ({ zones }: DnsServiceConfig): number =>
    zones.reduce((most, { apex }) => {
      const parsed = parseName(apex.endsWith('.') ? apex : `${apex}.`);
      const isOurs = !('fault' in parsed) && qname.isSubdomainOf(parsed);
      return isOurs ? Math.max(most, parsed.labelCount) : most;
    }, -1);
  return servers.reduce((best, each) => (labelsOf(each) > labelsOf(best) ? each : best), first);
}

/** Runs the scenario on the virtual clock and asks, each question at its moment; answers come in the order of the questions' moments. */
export function askAlong(
  loaded: LoadedScenario,
  server: DnsServiceConfig,
  asked: readonly Asked[],
  seed?: number,
): readonly DigAnswer[] {
  const { scenario } = loaded;
  const run = prepareVirtual(loaded, { seed });
  const answers: DigAnswer[] = [];
  const driver = new SimDriver({
    topology: run.topology,
    seed: run.seed,
    trace: [
      { reply: (at, _host, verb, value) => void (verb === 'dig' && answers.push(readReply(at, value))) },
    ],
  });
  new ScenarioRun({ scenario, topology: run.topology, mode: 'virtual', seed: run.seed }).start(driver);
  const [host] = new PlantIndex(scenario, run.topology).named(server.name);
  if (host === undefined) bug(`no host has the service ${server.name}`);
  let end = toInstant(0);
  for (const { at, question, before = [], wanted } of asked) {
    for (const { verb, args } of before) driver.command(at, host.name, verb, args);
    const octets = toHex(queryOf(question));
    const args = { octets, source: question.client.source, service: server.name };
    driver.command(at, host.name, 'dig', wanted === undefined ? args : { ...args, wanted: toHex(wanted) });
    end = toInstant(Math.max(end, at));
  }
  driver.run(end);
  return answers;
}

function queryOf({ qname, qtype, client, dnssecOk }: DigQuestion): Uint8Array {
  const { subnet } = client;
  const flags = dnssecOk ? EdnsFlag.DO : 0;
  const options =
    subnet === undefined ? [] : [{ code: OptionCode.CLIENT_SUBNET, octets: encodeSubnet(subnet) }];
  const edns = { payloadOctets: UDP_OCTETS, version: 0, flags, options };
  return encodeQuery({ qname, qtype }, { id: 0, edns });
}

/** RFC 7871 §6: as many octets as the length needs, bits beyond it 0. */
function encodeSubnet({ address, length }: NonNullable<DigClient['subnet']>): Uint8Array {
  const family = isIpv4(address) ? SubnetFamily.IPV4 : SubnetFamily.IPV6;
  const octets = ipOctets(address).slice(0, Math.ceil(length / 8));
  const last = octets.length - 1;
  if (length % 8 !== 0) octets[last] = (octets[last] ?? 0) & (0xff << (8 - (length % 8)));
  return Uint8Array.of(0, family, length, 0, ...octets);
}

function readReply(at: Instant, value: Plain): DigAnswer {
  const { reply, links } = value as unknown as DigReply;
  const octets = fromHex(reply);
  const isSilent = octets === undefined || octets.length === 0;
  return { at, message: isSilent ? undefined : decodeMessage(octets), links };
}

/** What of the client's network the answer is good for (RFC 7871 §7.2.1); undefined: no client subnet was sent. */
export function scopeOf(message: DnsMessage): string | undefined {
  const octets = message.edns?.options.find(({ code }) => code === OptionCode.CLIENT_SUBNET)?.octets;
  return octets && `${octets[2] ?? 0}/${octets[3] ?? 0}`;
}

/** Flags as dig has them. */
export function flagWords({ flags }: DnsMessage): readonly string[] {
  const words: readonly (readonly [string, number])[] = [
    ['qr', Flag.QR],
    ['aa', Flag.AA],
    ['tc', Flag.TC],
    ['rd', Flag.RD],
    ['ra', Flag.RA],
    ['ad', Flag.AD],
    ['cd', Flag.CD],
  ];
  return words.filter(([, flag]) => (flags & flag) !== 0).map(([word]) => word);
}

/** Who asks, in words. */
export function clientWords({ source, subnet }: DigClient): string {
  return subnet === undefined ? source : `${formatPrefix(subnet)} by ${source}`;
}

/** What a question is, in words. */
export function questionWords({ qname, qtype }: Pick<DigQuestion, 'qname' | 'qtype'>): string {
  return `${formatName(qname)} ${typeName(qtype)}`;
}
