import { Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { writeOctets } from '../api/files.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { checkScenarioZones, checkZone, compareZones, exportZone, readZone } from '../api/zone.ts';
import { formatRecord, type ZoneFinding } from '../api/zone-words.ts';
import { testServer, testZones } from '../api/zone-test.ts';
import { serverFrom } from '../api/probe.ts';
import { span } from '../api/report.ts';
import type { Output } from './output.ts';
import { addSetFlags, loadOptionsOf } from './load-flags.ts';
import { type Flags, type Verb, jsonFlag } from './program.ts';
import { addImportCommand } from './zone-import.ts';
import { addKeyCommands } from './zone-keys.ts';

interface ReadingFlags {
  readonly origin?: string;
  readonly json?: true;
}

const originFlag = (): Option =>
  new Option('--origin <name>', "the zone's name, where the file does not say it");

/** How many failed questions are shown in full. */
const FAILURES_SHOWN = 20;

/** `zone check | test | export | diff | import | keygen | ds | sign`. */
export const zone: Verb = (program, session, done) => {
  const { output } = session;
  const group = program.command('zone');
  addKeyCommands(group, output, done);
  addImportCommand(group, session, done);
  const checking = group
    .command('check <files...>')
    .description(
      'say what is wrong with zone files, or the zones of a scenario file, and what could be better: exit code 1 for an error',
    )
    .addOption(originFlag())
    .addOption(new Option('--strict', 'a warning is an error, too'))
    .addOption(jsonFlag())
    .action((files: string[], flags: CheckFlags) => done(check(output, files, flags)));
  addSetFlags(checking);
  group
    .command('test <file>')
    .description(
      'ask the questions of a file (JSON lines, gzip or not): exit code 1 when an answer is another',
    )
    .addOption(new Option('--zone <files...>', 'zone files for questions that bring no zone'))
    .addOption(
      new Option('--server <address[:port]>', 'ask a running server, which has the zones').conflicts('zone'),
    )
    .addOption(jsonFlag())
    .action(async (file: string, flags: AskFlags) => done(await ask(output, file, flags)));
  group
    .command('export <file>')
    .description('print a zone in canonical order, one record a line, nothing left to $ORIGIN')
    .addOption(originFlag())
    .addOption(new Option('-o, --out <file>', 'where to write; left out, standard output'))
    .addOption(jsonFlag())
    .action((file: string, flags: ReadingFlags & { out?: string }) => {
      const text = exportZone(readZone(file, flags));
      if (flags.json)
        output.json({ format_version: 1, verdict: 'pass', file, records: text.trimEnd().split('\n') });
      else if (flags.out === undefined) output.text(text);
      else {
        refuseOverwrite([{ flag: '--out', path: flags.out }], [file]);
        writeOctets(flags.out, text);
      }
      done(EXIT.passed);
    });
  group
    .command('diff <before> <after>')
    .description('what went and what came between two versions: exit code 1 when they differ')
    .addOption(originFlag())
    .addOption(jsonFlag())
    .action((before: string, after: string, flags: ReadingFlags) =>
      done(diff(output, { before, after }, flags)),
    );
};

/** By its name, as everywhere: a zone file is called otherwise. */
function isScenario(file: string): boolean {
  return /\.(ya?ml|json)$/i.test(file);
}

type CheckFlags = Flags & ReadingFlags & { readonly strict?: true };

function check(output: Output, files: readonly string[], flags: CheckFlags): number {
  if (flags['set'] !== undefined && !files.some(isScenario))
    throw new UsageError('--set changes a scenario, and none of these files is one');
  const load = loadOptionsOf(flags);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const reports = files.flatMap((file) =>
    isScenario(file)
      ? checkScenarioZones(file, nowSeconds, load)
      : { file, ...checkZone(file, nowSeconds, flags) },
  );
  const isBad = reports.some(
    ({ counts }) => counts.error > 0 || (flags.strict === true && counts.warning > 0),
  );
  if (flags.json)
    output.json({
      format_version: 1,
      verdict: isBad ? 'fail' : 'pass',
      zones: reports.map(({ file, zone: found, findings, counts }) => ({
        file,
        zone: found?.apex.toString() ?? null,
        serial: found?.serial ?? null,
        names: found?.nodeCount ?? 0,
        counts,
        findings: findings.map(plainFinding),
      })),
    });
  else
    for (const { file, zone: found, findings, counts } of reports) {
      for (const finding of findings) showFinding(output, file, finding);
      const what = found === undefined ? 'no zone' : `${found.apex.toString()} ${found.nodeCount} names`;
      const { error, warning, notice } = counts;
      output.lines([
        [
          error > 0 ? span(' ✗ ', 'bad') : span(' ✓ ', 'good'),
          span(
            `${file}: ${what}, ${count(error, 'error')}, ${count(warning, 'warning')}, ${count(notice, 'notice')}`,
          ),
        ],
      ]);
    }
  return isBad ? EXIT.failed : EXIT.passed;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const STYLES = { error: 'bad', warning: 'warn', notice: 'dim' } as const;

function showFinding(
  output: Output,
  file: string,
  { severity, rule, place, found, expected }: ZoneFinding,
): void {
  const at = place === undefined ? file : `${place.file}:${place.line}:${place.column}`;
  output.lines([
    [span(`${at}: `), span(severity, STYLES[severity]), span(` ${rule.id}: ${rule.says}`)],
    [span(`    ${found}`, 'dim')],
    [span(`    expected ${expected}`, 'dim')],
  ]);
}

function plainFinding({ severity, rule, place, found, expected }: ZoneFinding) {
  return { severity, rule: rule.id, place: place ?? null, says: rule.says, found, expected };
}

interface AskFlags {
  readonly zone?: string[];
  readonly server?: string;
  readonly json?: true;
}

async function ask(output: Output, file: string, flags: AskFlags): Promise<number> {
  const { passed, failures } =
    flags.server === undefined
      ? testZones(
          file,
          (flags.zone ?? []).map((path) => readZone(path)),
        )
      : await testServer(file, serverFrom(flags.server));
  const verdict = failures.length === 0 ? 'pass' : 'fail';
  if (flags.json)
    output.json({ format_version: 1, verdict, file, passed, failed: failures.length, failures });
  else {
    for (const { line, question, expected, found } of failures.slice(0, FAILURES_SHOWN)) {
      output.lines([[span(`${file}:${line}: `), span(question, 'strong')]]);
      for (const member of Object.keys(expected))
        output.lines([
          [span(`    ${member}: expected ${JSON.stringify(expected[member])}`)],
          [span(`    ${' '.repeat(member.length)}     found ${JSON.stringify(found[member])}`)],
        ]);
    }
    if (failures.length > FAILURES_SHOWN) output.note(`and ${failures.length - FAILURES_SHOWN} more`);
    output.text(`${passed} passed, ${failures.length} failed\n`);
  }
  return failures.length === 0 ? EXIT.passed : EXIT.failed;
}

function diff(
  output: Output,
  { before, after }: { readonly before: string; readonly after: string },
  flags: ReadingFlags,
): number {
  const change = compareZones(readZone(before, flags), readZone(after, flags));
  const { serialBefore, serialAfter, isSerialStuck } = change;
  const removed = change.removed.map(formatRecord);
  const added = change.added.map(formatRecord);
  const isSame = removed.length + added.length === 0;
  if (flags.json)
    output.json({
      format_version: 1,
      verdict: isSame ? 'pass' : 'fail',
      serial_before: serialBefore,
      serial_after: serialAfter,
      serial_stuck: isSerialStuck,
      removed,
      added,
    });
  else {
    output.lines([
      ...removed.map((text) => [span(`- ${text}`, 'bad')]),
      ...added.map((text) => [span(`+ ${text}`, 'good')]),
    ]);
    if (isSerialStuck)
      output.note(
        `the serial went from ${serialBefore} to ${serialAfter}: secondaries keep the former (HE-ZONE-031)`,
      );
  }
  return isSame ? EXIT.passed : EXIT.failed;
}
