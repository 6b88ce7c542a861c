import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { FileError } from '../api/failure.ts';
import { writeOctets } from '../api/files.ts';
import { importZoneFiles } from '../api/zone-import.ts';
import { jsonFlag, shellWord, type Session } from './program.ts';

interface ImportFlags {
  readonly origin?: string;
  readonly ip: string;
  readonly out?: string;
  readonly strict?: true;
  readonly force?: true;
  readonly json?: true;
}

/** `zone import`: what another service's files say, as a scenario file. */
export function addImportCommand(group: Command, session: Session, done: (code: number) => void): void {
  group
    .command('import <files...>')
    .description(
      'make a scenario file of octoDNS’s zones in YAML, or of Route 53’s change batches, or of what its list-resource-record-sets, list-health-checks and list-cidr-blocks print',
    )
    .addOption(new Option('--origin <name>', "the zone's name, where the files do not say it"))
    .addOption(new Option('--ip <address>', "the name server's own address").default('192.0.2.53'))
    .addOption(new Option('-o, --out <file>', 'where to write; left out, standard output'))
    .addOption(new Option('--strict', 'exit code 1 when anything was not taken over'))
    .addOption(new Option('--force', 'write over a file that is there'))
    .addOption(jsonFlag())
    .action((files: string[], flags: ImportFlags) => done(bringIn(session, files, flags)));
}

function bringIn({ output, program }: Session, files: readonly string[], flags: ImportFlags): number {
  const { out } = flags;
  if (out !== undefined && existsSync(out) && flags.force !== true)
    throw new FileError(out, 'there is such a file already', 'write elsewhere, or over it with --force');
  const { scenario, notes, lines, warnings, mistakes } = importZoneFiles(files, flags);
  if (out !== undefined) writeOctets(out, scenario);
  const isWrong = mistakes.length > 0 || (flags.strict === true && warnings > 0);
  if (flags.json === true)
    output.json({
      format_version: 1,
      verdict: mistakes.length > 0 ? 'fail' : warnings > 0 ? 'warn' : 'pass',
      files,
      out: out ?? null,
      scenario: out === undefined ? scenario : null,
      findings: notes.map(({ file, line, column, severity, message, hint }) => ({
        file,
        line,
        column,
        severity,
        message,
        hint,
      })),
      mistakes,
    });
  else if (out === undefined) output.text(scenario);
  output.note(...lines);
  for (const mistake of mistakes)
    output.note(`headend: what was made cannot be served as it stands: ${mistake}`);
  const all = warnings === 0 ? 'all of it was taken over' : `${warnings} not taken over whole`;
  output.note(`headend: ${files.join(', ')}: ${all}`);
  if (out !== undefined)
    output.note(`headend: wrote ${out}; next:`, `  ${program} validate ${shellWord(out)}`);
  return isWrong ? EXIT.failed : EXIT.passed;
}
