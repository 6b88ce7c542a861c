import { existsSync } from 'node:fs';
import { Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { FileError, UsageError } from '../api/failure.ts';
import { writeOctets } from '../api/files.ts';
import { IMPORT_FORMATS, importFile, type ImportedFile, type ImportOptions } from '../api/import.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { bringInCapture, CAPTURE, captureIn } from './import-capture.ts';
import { defineVerb, jsonFlag, reachFlag, reachOf, shellWord, type Flags, type Session } from './program.ts';

type Format = NonNullable<ImportOptions['format']>;

export const importVerb = defineVerb(
  'import <format-or-file> [file]',
  (command) => {
    command
      .option('-o, --out <file>', 'where to write the scenario; left out, standard output')
      .addOption(
        new Option('--format <name>', 'whose file it is; left out, by what it looks like').choices(
          IMPORT_FORMATS,
        ),
      )
      .option('--ip <address>', "the server's own address, where the file does not say it")
      .option('--strict', 'exit code 1 when anything was not taken over')
      .option('--force', 'write over a file that is there')
      .addOption(reachFlag())
      .addOption(jsonFlag());
  },
  (session, operands, flags) => {
    const out = flags['out'] as string | undefined;
    if (out !== undefined) refuseOverwrite([{ flag: '--out', path: out }], operands);
    const captured = captureIn(operands, flags);
    if (captured !== undefined) return bringInCapture(session, captured, { out, flags });
    const { format, file } = readOperands(operands, flags);
    const toFile = out !== undefined && out !== '-';
    if (toFile && existsSync(out) && flags['force'] !== true)
      throw new FileError(out, 'there is such a file already', 'write elsewhere, or over it with --force');
    const imported = importFile(file, {
      format,
      ip: flags['ip'] as string | undefined,
      reach: reachOf(flags),
    });
    if (toFile) writeOctets(out, imported.scenario);
    report(session, imported, { file, out: toFile ? out : undefined, isJson: flags['json'] === true });
    if (imported.mistakes.length > 0) return EXIT.bug;
    return flags['strict'] === true && imported.warnings > 0 ? EXIT.failed : EXIT.passed;
  },
);

function readOperands(
  [first = '', second]: readonly string[],
  flags: Flags,
): { readonly format: Format | undefined; readonly file: string } {
  const given = flags['format'] as Format | undefined;
  if (second === undefined) return { format: given, file: first };
  const named = IMPORT_FORMATS.find((each) => each === first);
  if (named === undefined)
    throw new UsageError(
      `"${first.slice(0, 60)}" is no format: write ${[...IMPORT_FORMATS, CAPTURE].join(', ')}`,
    );
  if (given !== undefined && given !== named)
    throw new UsageError(`the file is of ${named} or of ${given}: say one of them`);
  return { format: named, file: second };
}

interface Target {
  readonly file: string;
  readonly out: string | undefined;
  readonly isJson: boolean;
}

function report({ output, program }: Session, imported: ImportedFile, { file, out, isJson }: Target): void {
  const { format, scenario, notes, lines, warnings, mistakes } = imported;
  if (isJson)
    output.json({
      format_version: 1,
      verdict: warnings > 0 ? 'warn' : 'pass',
      format,
      file,
      out: out ?? null,
      scenario: out === undefined ? scenario : null,
      findings: notes.map(({ file: at, line, column, severity, message, hint }) => ({
        file: at,
        line,
        column,
        severity,
        message,
        hint,
      })),
    });
  else if (out === undefined) output.text(scenario);
  output.note(...lines);
  for (const mistake of mistakes) output.note(`headend: a mistake in what was made: ${mistake}`);
  const all = warnings === 0 ? 'all of it was taken over' : `${warnings} not taken over whole`;
  output.note(`headend: ${file} read as ${format}: ${all}`);
  if (out === undefined) return;
  output.note(`headend: wrote ${out}; next:`, `  ${program} validate ${shellWord(out)}`);
  output.note(`  ${program} serve ${shellWord(out)}`);
}
