import { randomInt } from 'node:crypto';
import { Option } from 'commander';
import type { Command } from 'commander';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { writeOctets } from '../api/files.ts';
import { fetchTftp, probeDhcp, probeTod, serverAt } from '../api/probe.ts';
import { checkQuestion } from '../api/query.ts';
import { safeText, span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { probeDns } from './probe-dns.ts';
import { setFlag } from './load-flags.ts';
import { jsonFlag } from './program.ts';
import type { Session, Verb } from './program.ts';
import { secondReading } from './second-reader/read.ts';

interface ProbeFlags {
  readonly port: string;
  readonly json?: true;
}

/** `probe dns | dhcp | tftp | tod`: asks a real server one thing. */
export const probe: Verb = (program, session, done) => {
  const group = program.command('probe');
  const add = (usage: string, summary: string, port: number): Command =>
    group
      .command(usage)
      .description(`${summary}: exit code 0 when it answers well, 1 when not`)
      .option('--port <port>', 'its port', String(port))
      .addOption(jsonFlag());

  add('dns <server> <name> [type]', 'look a name up, read by dns-packet and by headend', 53)
    .option('--tcp', 'ask by TCP at once')
    .action(async (server: string, name: string, type = 'A', flags: ProbeFlags & { tcp?: true }) => {
      const question = checkQuestion(name, type);
      const to = serverAt(server, Number(flags.port));
      done(await probeDns(session, { question, server: to, id: randomInt(65_536), ...flags }));
    });
  add('tftp <server> <file>', 'fetch a file', 69)
    .option('-o, --out <file>', 'where to write it')
    .option('--blksize <octets>', 'ask for blocks of this size')
    .option('--windowsize <blocks>', 'ask for windows of this many blocks')
    .option('--netascii', 'ask for text, with its ends of lines translated')
    .addOption(
      new Option('--with <client>', 'whose client fetches')
        .choices(['headend', 'package'])
        .default('headend'),
    )
    .action(async (server: string, file: string, flags: TftpFlags) => {
      done(await probeTftp(session, { server, file, flags }));
    });
  add('tod <server>', 'ask for the time', 37).action(async (server: string, flags: ProbeFlags) => {
    done(await showTod(session, server, flags));
  });
  group
    .command('all <file>')
    .description('ask every service of a scenario file one thing: a health check')
    .option('--at <address>', 'ask there, not at the addresses of the file')
    .option('--state <folder>', 'also whether the modems of the CMTS that serves from this folder are online')
    .addOption(setFlag())
    .addOption(jsonFlag())
    .action(async (file: string, flags: FileFlags) => {
      done(await showFile(session, file, flags));
    });
  add('dhcp <server>', 'send a DISCOVER as a relay would, and show the OFFER', 67)
    .option('--mac <address>', "the client's hardware address", '02:00:00:00:00:01')
    .option('--class <text>', 'its class, option 60')
    .option('--giaddr <address>', 'the relay to speak as; left out: our address')
    .action(async (server: string, flags: DhcpFlags) => {
      done(await showDhcp(session, server, flags));
    });
};

interface FileFlags {
  readonly at?: string;
  readonly set?: readonly string[];
  readonly state?: string;
  readonly json?: true;
}

async function showFile(
  { output }: Session,
  file: string,
  { at, set, state, json }: FileFlags,
): Promise<number> {
  // An address, or it is said what is wrong with it.
  if (at !== undefined) serverAt(at, 1);
  // All that reads a scenario is most of the program: a question to one server does not wait for it.
  const { probeFile } = await import('../api/probe-file.ts');
  const asked = await probeFile(file, { at, set, stateFolder: state });
  const good = asked.every((one) => one.good);
  const width = Math.max(...asked.map(({ name }) => name.length));
  if (json === true) output.json({ format_version: 1, verdict: good ? 'pass' : 'fail', asked });
  else
    output.lines(
      asked.map(({ name, good: well, tells }): Line => [
        span(well ? ' ✓ ' : ' ✗ ', well ? 'good' : 'bad'),
        span(`${name.padEnd(width)}  ${tells}`),
      ]),
    );
  if (at === undefined && !asked.some((one) => one.good))
    output.note('headend: these are the addresses of the file; --at 127.0.0.1 asks a serve on loopback');
  return good ? EXIT.passed : EXIT.failed;
}

interface TftpFlags extends ProbeFlags {
  readonly out?: string;
  readonly blksize?: string;
  readonly windowsize?: string;
  readonly netascii?: true;
  readonly with: 'headend' | 'package';
}

async function probeTftp(
  { output }: Session,
  { server, file, flags }: { server: string; file: string; flags: TftpFlags },
): Promise<number> {
  const to = serverAt(server, Number(flags.port));
  const options = {
    blksize: whole(flags.blksize, 8, 65_464),
    windowsize: whole(flags.windowsize, 1, 65_535),
    netascii: flags.netascii,
  };
  const { octets, tookMs, trouble } =
    flags.with === 'package' ? await fetchWithPackage(to, file) : await fetchTftp(to, file, options);
  const verdict = octets === undefined ? 'fail' : 'pass';
  if (octets !== undefined && flags.out !== undefined) writeOctets(flags.out, octets);
  const facts = { client: flags.with, octets: octets?.length ?? null, took_ms: Math.round(tookMs), trouble };
  if (flags.json === true) output.json({ format_version: 1, verdict, ...facts });
  else if (octets === undefined) output.lines([[span(' ✗ ', 'bad'), span(`no file: ${trouble}`)]]);
  else {
    const where = flags.out === undefined ? '' : `, written to ${flags.out}`;
    output.lines([[span(' ✓ ', 'good'), span(`${octets.length} octets in ${tookMs.toFixed(1)} ms${where}`)]]);
  }
  return octets === undefined ? EXIT.failed : EXIT.passed;
}

async function fetchWithPackage(
  { address, port }: { address: string; port: number },
  file: string,
): Promise<Awaited<ReturnType<typeof fetchTftp>>> {
  const startedAt = performance.now();
  const answer = await secondReading({ do: 'tftp-get', address, port, file }, 30_000);
  const tookMs = performance.now() - startedAt;
  if ('trouble' in answer) return { octets: undefined, tookMs, trouble: answer.trouble };
  const { octets } = answer.reading as { octets: string };
  return { octets: new Uint8Array(Buffer.from(octets, 'hex')), tookMs, trouble: '' };
}

function whole(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`"${text.slice(0, 20)}" is not a whole number from ${least} to ${most}`);
  return value;
}

async function showTod({ output }: Session, server: string, flags: ProbeFlags): Promise<number> {
  const { time, offSeconds, tookMs, trouble } = await probeTod(serverAt(server, Number(flags.port)));
  const verdict = time === undefined ? 'fail' : 'pass';
  if (flags.json === true)
    output.json({
      format_version: 1,
      verdict,
      time: time ?? null,
      off_seconds: offSeconds ?? null,
      took_ms: Math.round(tookMs),
      trouble,
    });
  else if (time === undefined) output.lines([[span(' ✗ ', 'bad'), span(trouble)]]);
  else output.lines([[span(' ✓ ', 'good'), span(`${time}, ${offSeconds} s off this machine's clock`)]]);
  return time === undefined ? EXIT.failed : EXIT.passed;
}

interface DhcpFlags extends ProbeFlags {
  readonly mac: string;
  readonly class?: string;
  readonly giaddr?: string;
}

async function showDhcp({ output }: Session, server: string, flags: DhcpFlags): Promise<number> {
  const { mac, class: vendorClass, giaddr } = flags;
  const exchange = await probeDhcp(serverAt(server, Number(flags.port)), { mac, class: vendorClass, giaddr });
  const { octets, reading, tookMs, trouble } = exchange;
  const second =
    octets === undefined
      ? undefined
      : await secondReading({ do: 'dhcp', hex: Buffer.from(octets).toString('hex') }, 3_000);
  const verdict = reading?.type === 'OFFER' ? 'pass' : 'fail';
  if (flags.json === true)
    output.json({
      format_version: 1,
      verdict,
      took_ms: Math.round(tookMs),
      trouble,
      headend: reading ?? null,
      package: second ?? null,
    });
  else if (reading === undefined) output.lines([[span(' ✗ ', 'bad'), span(trouble)]]);
  else output.lines(besides(reading, second));
  return verdict === 'pass' ? EXIT.passed : EXIT.failed;
}

/** Our reading, and beside it what the package makes of the same octets. */
function besides(reading: object, second: Awaited<ReturnType<typeof secondReading>> | undefined): Line[] {
  const lines: Line[] = [[span(' headend', 'strong')]];
  for (const [name, value] of Object.entries(reading)) {
    if (name !== 'options') lines.push([span(`   ${name.padEnd(12)}`, 'dim'), span(show(value))]);
    else
      for (const option of value as { code: number; name: string; value: unknown }[])
        lines.push([
          span(`   ${String(option.code).padStart(3)} ${option.name}  `, 'dim'),
          span(show(option.value)),
        ]);
  }
  lines.push([span(' dhcp (the package)', 'strong')]);
  if (second === undefined || 'trouble' in second)
    return [...lines, [span(`   no reading: ${safeText(second?.trouble ?? '')}`, 'warn')]];
  for (const [name, value] of Object.entries(second.reading as object))
    lines.push([span(`   ${safeText(name).padEnd(12)}`, 'dim'), span(safeText(show(value)))]);
  return lines;
}

function show(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
