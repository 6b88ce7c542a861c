import { EXIT } from '../api/exit.ts';
import { askDns, askDnsByTcp, isCut, readDns } from '../api/probe.ts';
import type { DnsReading, Exchange, Server } from '../api/probe.ts';
import type { CheckedQuestion } from '../api/query.ts';
import { safeText, span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import type { Session } from './program.ts';
import { buildQuery, differences, readWithDnsPacket } from './second-reader/dns.ts';
import type { DnsComparison } from './second-reader/dns.ts';

interface DnsProbe {
  readonly question: CheckedQuestion;
  readonly server: Server;
  readonly id: number;
  readonly tcp?: true;
  readonly json?: true;
}

/** `dns-packet` builds the query and reads the answer; ours reads it beside, and both are compared. */
export async function probeDns({ output }: Session, probe: DnsProbe): Promise<number> {
  const query = buildQuery(probe.question, probe.id);
  const { exchange, transport } = await ask(query, probe);
  const { octets, tookMs, trouble } = exchange;
  if (octets === undefined) return sayTrouble(output, probe, trouble);
  const ours = readDns(octets);
  if (typeof ours === 'string') return sayTrouble(output, probe, ours);
  const theirs = await readWithDnsPacket(octets);
  const differ = typeof theirs === 'string' ? [] : differences(ours, theirs);
  const verdict = ours.rcode !== 'NOERROR' ? 'fail' : differ.length > 0 ? 'warn' : 'pass';
  if (probe.json === true)
    output.json({
      format_version: 1,
      verdict,
      transport,
      took_ms: Math.round(tookMs),
      octets: octets.length,
      headend: ours,
      dns_packet: typeof theirs === 'string' ? { trouble: theirs } : theirs,
      differences: differ,
    });
  else {
    const facts = `${octets.length} octets by ${transport} in ${tookMs.toFixed(1)} ms`;
    output.lines([[span(` ${facts}`, 'dim')], ...reading('headend', ours), ...second(theirs, differ)]);
  }
  return verdict === 'fail' ? EXIT.failed : EXIT.passed;
}

function sayTrouble(output: Session['output'], { json }: DnsProbe, trouble: string): number {
  if (json === true) output.json({ format_version: 1, verdict: 'fail', trouble });
  else output.lines([[span(' ✗ ', 'bad'), span(trouble)]]);
  return EXIT.failed;
}

/** RFC 7766 §5: what was cut is asked for again by TCP. */
async function ask(
  query: Uint8Array,
  { server, tcp }: DnsProbe,
): Promise<{ exchange: Exchange; transport: 'udp' | 'tcp' }> {
  if (tcp === true) return { exchange: await askDnsByTcp(query, server), transport: 'tcp' };
  const exchange = await askDns(query, server);
  const cut = exchange.octets !== undefined && isCut(exchange.octets);
  return cut
    ? { exchange: await askDnsByTcp(query, server), transport: 'tcp' }
    : { exchange, transport: 'udp' };
}

/** Of texts that are safe to show: escaped twice, a \# of RFC 3597 would grow a backslash. */
function reading(who: string, { rcode, flags, answers }: DnsReading | DnsComparison): Line[] {
  const head = [span(` ${who.padEnd(11)}`, 'strong'), span(`${rcode} ${flags.join(' ')}`)];
  return [head, ...answers.map((answer): Line => [span(`   ${answer}`)])];
}

function second(theirs: DnsComparison | string, differ: readonly string[]): Line[] {
  if (typeof theirs === 'string')
    return [[span(' dns-packet ', 'strong'), span(`cannot read it: ${safeText(theirs)}`, 'warn')]];
  if (differ.length === 0) return [[span(' dns-packet ', 'strong'), span('reads the same', 'good')]];
  const lines = differ.map((text): Line => [span(`   differs in ${text}`, 'warn')]);
  const safe = { ...theirs, rcode: safeText(theirs.rcode), answers: theirs.answers.map(safeText) };
  return [...reading('dns-packet', safe), ...lines];
}
