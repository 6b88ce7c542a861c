import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { importCaptureFile } from '../api/import-capture.ts';
import { shellWord, type Flags, type Session } from './program.ts';

/** As a format: `headend import capture FILE`. */
export const CAPTURE = 'capture';

/** The capture that is to be brought in: named as one, or by how its name ends. */
export function captureIn([first = '', second]: readonly string[], flags: Flags): string | undefined {
  if (second !== undefined) return first === CAPTURE ? second : undefined;
  return flags['format'] === undefined && /\.(?:pcap|pcapng|cap)$/i.test(first) ? first : undefined;
}

export function bringInCapture(
  { output, program }: Session,
  file: string,
  { out, flags }: { readonly out: string | undefined; readonly flags: Flags },
): number {
  if (out === undefined || out === '-')
    throw new UsageError('files come with it: say where by -o, such as -o boot.yaml');
  const { summary, remarks, written, mistakes } = importCaptureFile(file, {
    out,
    force: flags['force'] === true,
  });
  if (flags['json'] === true)
    output.json({
      format_version: 1,
      verdict: remarks.length > 0 ? 'warn' : 'pass',
      format: CAPTURE,
      file,
      out,
      written: [...written],
      findings: remarks.map((message) => ({ file, severity: 'warning', message })),
    });
  for (const remark of remarks) output.note(`${file}: warning: ${remark}`);
  for (const mistake of mistakes) output.note(`headend: a mistake in what was made: ${mistake}`);
  output.note(`headend: ${file}: ${summary}`, `headend: wrote ${written.join(', ')}; next:`);
  output.note(`  ${program} run ${shellWord(out)}`);
  if (mistakes.length > 0) return EXIT.bug;
  return flags['strict'] === true && remarks.length > 0 ? EXIT.failed : EXIT.passed;
}
