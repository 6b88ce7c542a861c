import { decodeMessage } from '../codec/dns/message.ts';
import { Name } from '../codec/dns/name.ts';
import { Type } from '../codec/dns/registry.ts';
import { parseIp } from '../core/address.ts';
import { fromHex, toHex } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import type { Plain } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { AnswerRecorder, type LinkExplanation } from '../engine/dns/explain-answer.ts';
import type { ZoneSet } from '../store/zone-set.ts';
import type { DnsReply } from './dns-reply.ts';
import { DnsClient } from './dns-client.ts';
import type { DnsResponder } from './dns-responder.ts';
import type { InitialRound } from './initial-round.ts';

/** What the command `dig` gives: one reply, and how it came about. */
export interface DigReply {
  /** Hex; empty: no reply. */
  readonly reply: string;
  readonly links: readonly LinkExplanation[];
}

interface Server {
  readonly zones: ZoneSet;
  readonly responder: DnsResponder;
  readonly reply: DnsReply;
  readonly round: InitialRound;
}

/**
 * Answers the query `octets` (hex) as if it came from `source` by TCP, so that nothing is cut and no rate is counted. A policy that
 * draws has drawn: it is a question like any other. With `wanted` (rdata in hex) it tells what must change for that answer.
 */
export function digReply(args: Readonly<Record<string, Plain>>, server: Server, now: Instant): Plain {
  const { octets: hex, source: address, wanted } = args;
  const octets = typeof hex === 'string' ? fromHex(hex) : undefined;
  const source = typeof address === 'string' ? parseIp(address) : undefined;
  if (octets === undefined || source === undefined)
    return { error: 'dig needs octets, a query in hex, and source, an address' };
  const client = new DnsClient(source, now);
  client.transport = 'tcp';
  const question = questionOf(octets);
  const rdata = typeof wanted === 'string' ? fromHex(wanted) : undefined;
  const recorder = new AnswerRecorder(now, rdata && question && { type: question.qtype, rdata });
  const length = server.round.passesOver(recorder) ? 0 : server.responder.respond(octets, client, recorder);
  const reply = server.reply.octets.slice(0, length);
  const links =
    question === undefined
      ? recorder.links(server.zones, NOWHERE, 0, [])
      : recorder.links(server.zones, question.qname, question.qtype, length === 0 ? [] : aliasesOf(reply));
  return plain({ reply: toHex(reply), links });
}

const NOWHERE = new Name(new Uint8Array(1));

/** Undefined where the query is none: its reply says so. */
function questionOf(octets: Uint8Array) {
  try {
    return decodeMessage(octets).questions[0];
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function aliasesOf(reply: Uint8Array): Name[] {
  return decodeMessage(reply)
    .answers.filter(({ type }) => type === Type.CNAME)
    .map(({ rdata }) => new Name(rdata));
}

/** Without what is undefined. */
function plain(reply: DigReply): Plain {
  return JSON.parse(JSON.stringify(reply)) as Plain;
}
