import { gunzipSync } from 'node:zlib';
import { Flag } from '../codec/dns/header.ts';
import { Name, ROOT, formatName, parseName } from '../codec/dns/name.ts';
import { type DnsMessage, decodeMessage } from '../codec/dns/message.ts';
import { encodeQuery } from '../codec/dns/question.ts';
import { type ResourceRecord, formatRecord } from '../codec/dns/record.ts';
import { Type, rcodeName, typeNumber } from '../codec/dns/registry.ts';
import { parseZoneText } from '../codec/dns/zone-text.ts';
import { ipv4 } from '../core/address.ts';
import { ConfigError, DecodeError, EnvironmentError } from '../core/errors.ts';
import { Random } from '../core/random.ts';
import { toInstant } from '../core/time.ts';
import { portableCrypto } from '../crypto/portable.ts';
import { DnsReply } from '../service/dns-reply.ts';
import { DnsClient } from '../service/dns-client.ts';
import { DnsResponder } from '../service/dns-responder.ts';
import type { Reasons } from '../store/routing.ts';
import type { Zone } from '../store/zone.ts';
import { loadZone } from '../store/zone-builder.ts';
import { ZoneSet } from '../store/zone-set.ts';
import type { Exchange, Server as RemoteServer } from './exchange.ts';
import { FileError } from './failure.ts';
import { readOctets } from './files.ts';
import { askDns, askDnsByTcp, isCut } from './probe.ts';

const FILE_OCTETS_MAX = 256 * 1024 * 1024;
const UDP_OCTETS = 65_535;

/** A question and what is expected of its answer; what is left out is not looked at. */
interface ZoneQuestion {
  /** Master-file text; left out, the zones given beside the file. */
  readonly zone?: string;
  readonly qname: string;
  readonly qtype: string;
  readonly rcode?: string;
  readonly aa?: boolean;
  readonly answer?: readonly string[];
  /** Compared where the answer is empty. */
  readonly authority?: readonly string[];
}

/** One question whose answer is another than expected. */
export interface ZoneFailure {
  /** The line of the file, from 1. */
  readonly line: number;
  readonly question: string;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly found: Readonly<Record<string, unknown>>;
}

export interface ZoneTestResult {
  readonly passed: number;
  readonly failures: readonly ZoneFailure[];
}

/** Asks the questions of a file (JSON, one object a line, gzip or not) of the name server itself, without a socket. */
export function testZones(path: string, zones: readonly Zone[]): ZoneTestResult {
  const failures: ZoneFailure[] = [];
  let passed = 0;
  const given = zones.length === 0 ? undefined : serverOf(zones);
  for (const test of testsOf(path)) {
    const { zone, at } = test;
    const server = zone === undefined ? given : serverOf([zoneOf(zone, at)]);
    if (server === undefined)
      throw new FileError(at, 'there is no zone to ask', 'write a zone member, or give --zone FILE');
    const failure = judge(test, ask(server, test.octets));
    if (failure === undefined) passed++;
    else failures.push(failure);
  }
  return { passed, failures };
}

/** Questions on their way to a server at one time. */
const ASKED_AT_ONCE = 16;

/** Asks the questions of a file of a running server, which has the zones; what is cut is asked for again by TCP (RFC 7766 §5). */
export async function testServer(path: string, server: RemoteServer): Promise<ZoneTestResult> {
  const failures: ZoneFailure[] = [];
  const tests = testsOf(path);
  let answered = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let test = tests[next++]; test !== undefined; test = tests[next++]) {
      const { octets, trouble } = await askRemote(test.octets, server);
      if (octets !== undefined) answered++;
      else if (answered === 0)
        throw new EnvironmentError(
          `${server.address} port ${server.port}: ${trouble}`,
          'start the server, and see what it listens on',
        );
      const reply = octets === undefined ? undefined : readReply(octets);
      const failure = judge(test, reply);
      if (failure !== undefined) failures.push(failure);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work));
  failures.sort((a, b) => a.line - b.line);
  return { passed: tests.length - failures.length, failures };
}

async function askRemote(query: Uint8Array, server: RemoteServer): Promise<Exchange> {
  const exchange = await askDns(query, server);
  return exchange.octets !== undefined && isCut(exchange.octets) ? askDnsByTcp(query, server) : exchange;
}

/** What cannot be read is no reply. */
function readReply(octets: Uint8Array): DnsMessage | undefined {
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** A name server without ports. */
interface Server {
  readonly responder: DnsResponder;
  readonly reply: DnsReply;
}

function serverOf(zones: readonly Zone[]): Server {
  const reply = new DnsReply({ udpOctetsMax: UDP_OCTETS, recordOrder: 'file', random: new Random(1) });
  const options = { reply, udpOctetsMax: UDP_OCTETS, idleSeconds: 0 };
  return { responder: new DnsResponder({ ...options, zones: new ZoneSet(zones) }), reply };
}

function linesOf(path: string): string[] {
  const octets = readOctets(path, FILE_OCTETS_MAX);
  // RFC 1952 §2.3.1.
  const isGzip = octets[0] === 0x1f && octets[1] === 0x8b;
  try {
    const plain = isGzip ? gunzipSync(octets, { maxOutputLength: FILE_OCTETS_MAX }) : octets;
    return new TextDecoder('utf-8').decode(plain).split('\n');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileError(
      path,
      `it cannot be unpacked (${reason})`,
      `give a gzip file of at most ${FILE_OCTETS_MAX} octets inside`,
    );
  }
}

function readQuestion(text: string, at: string): ZoneQuestion {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isQuestion(value)) return value;
  throw new FileError(
    at,
    'this is no question',
    'write { "zone": TEXT, "qname": NAME, "qtype": TYPE, "rcode": ..., "aa": ..., "answer": [...], "authority": [...] }',
  );
}

const isText = (one: unknown): boolean => typeof one === 'string';
const isTexts = (one: unknown): boolean => one === undefined || (Array.isArray(one) && one.every(isText));

function isQuestion(value: unknown): value is ZoneQuestion {
  if (typeof value !== 'object' || value === null) return false;
  const { zone, qname, qtype, rcode, aa, answer, authority } = value as Record<string, unknown>;
  return (
    isText(qname) &&
    isText(qtype) &&
    (zone === undefined || isText(zone)) &&
    (rcode === undefined || isText(rcode)) &&
    (aa === undefined || typeof aa === 'boolean') &&
    isTexts(answer) &&
    isTexts(authority)
  );
}

function zoneOf(text: string, at: string): Zone {
  try {
    // What is asked is how the zone answers; what is wrong with it is `zone check`'s to say.
    return loadZone(text, { file: `${at}: zone`, mode: 'lenient', sha1: portableCrypto.sha1 });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new FileError(error.path, error.found, `expected ${error.expected}`);
  }
}

/** A line of the file, ready to be asked. */
interface ZoneTest extends ZoneQuestion {
  readonly line: number;
  /** The file and the line. */
  readonly at: string;
  readonly octets: Uint8Array;
}

function testsOf(path: string): ZoneTest[] {
  const tests: ZoneTest[] = [];
  for (const [index, text] of linesOf(path).entries()) {
    if (text.trim() === '') continue;
    const line = index + 1;
    const at = `${path}:${line}`;
    const question = readQuestion(text, at);
    tests.push({ ...question, line, at, octets: queryOf(question, { id: line & 0xffff, at }) });
  }
  return tests;
}

function queryOf(
  question: ZoneQuestion,
  { id, at }: { readonly id: number; readonly at: string },
): Uint8Array {
  const qname = parseName(question.qname);
  const qtype = typeNumber(question.qtype);
  if (!(qname instanceof Name) || qtype === undefined)
    throw new FileError(at, 'the question is none', 'write a name and a type such as A or TYPE731');
  const edns = { payloadOctets: UDP_OCTETS, version: 0, flags: 0, options: [] };
  return encodeQuery({ qname, qtype }, { id, edns });
}

function judge(question: ZoneTest, reply: DnsMessage | undefined): ZoneFailure | undefined {
  const { rcode, aa, answer, authority } = question;
  const records = (texts: readonly string[]): string[] => comparable(readRecords(texts, question.at));
  const expected: Record<string, unknown> = {};
  const found: Record<string, unknown> = {};
  const compare = (member: string, wanted: unknown, seen: unknown): void => {
    if (JSON.stringify(wanted) === JSON.stringify(seen)) return;
    expected[member] = wanted;
    found[member] = seen;
  };
  if (rcode !== undefined) compare('rcode', rcode, reply === undefined ? 'no reply' : rcodeName(reply.rcode));
  if (aa !== undefined) compare('aa', aa, ((reply?.flags ?? 0) & Flag.AA) !== 0);
  if (answer !== undefined) compare('answer', records(answer), comparable(reply?.answers ?? []));
  if (authority !== undefined && reply?.answers.length === 0)
    compare('authority', records(authority), comparable(reply.authorities));
  if (Object.keys(expected).length === 0) return undefined;
  return { line: question.line, question: `${question.qname} ${question.qtype}`, expected, found };
}

function readRecords(texts: readonly string[], file: string): ResourceRecord[] {
  const records: ResourceRecord[] = [];
  parseZoneText(texts.join('\n'), { file }, (record) => records.push(record));
  return records;
}

/** `. ` */
const ROOT_TEXT_LENGTH = 2;

/** In no order; names without case, other data as it is. */
function comparable(records: readonly ResourceRecord[]): string[] {
  return records
    .map((record) => {
      const text = formatRecord({ ...record, owner: ROOT }).slice(ROOT_TEXT_LENGTH);
      const owner = formatName(record.owner).toLowerCase();
      return `${owner} ${record.type === Type.TXT ? text : text.toLowerCase()}`;
    })
    .sort();
}

const SILENT: Reasons = { explains: false, because: () => {} };
const CLIENT = new DnsClient(ipv4(0x7f000001), toInstant(0));

function ask({ responder, reply }: Server, octets: Uint8Array): DnsMessage | undefined {
  const length = responder.respond(octets, CLIENT, SILENT);
  return length === 0 ? undefined : decodeMessage(reply.octets.subarray(0, length));
}
