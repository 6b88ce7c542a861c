import { examine } from '../api/doctor/examine.ts';
import type { Finding } from '../api/doctor/examine.ts';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { span, wrapText } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { parseAddresses } from '../api/serve-file.ts';
import { addSetFlags, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag, splitWords } from './program.ts';

const MARKS = { pass: '✓', note: '·', warn: '⚠', fail: '✗' } as const;
const STYLES = { pass: 'good', note: 'dim', warn: 'warn', fail: 'bad' } as const;

export const doctor = defineVerb(
  'doctor [file]',
  (command) => {
    command
      .option('--interface <name>', 'as serve would be given it', splitWords)
      .option('--listen <addresses>', 'as serve would be given it; joined by commas', splitWords)
      .option('--only <hosts>', 'as serve would be given it; joined by commas', splitWords)
      .option('--state <folder>', 'as serve would be given it')
      .addOption(jsonFlag());
    addSetFlags(command);
  },
  async ({ output }, [file], flags) => {
    const words = (name: string): readonly string[] | undefined =>
      flags[name] as readonly string[] | undefined;
    const listen = words('listen');
    if (file === undefined && flags['set'] !== undefined)
      throw new UsageError('--set changes a scenario: name its file');
    const findings = await examine({
      file,
      only: words('only'),
      interfaces: words('interface'),
      listen: listen && parseAddresses(listen),
      stateFolder: flags['state'] as string | undefined,
      load: loadOptionsOf(flags),
    });
    const count = (verdict: Finding['verdict']): number =>
      findings.filter((one) => one.verdict === verdict).length;
    const verdict = count('fail') > 0 ? 'error' : count('warn') > 0 ? 'warn' : 'pass';
    if (flags['json'] === true) output.json({ format_version: 1, verdict, findings });
    else {
      output.lines(findings.flatMap((one) => findingLines(one, output.columns ?? COLUMNS)));
      const counts = `${count('fail')} failed, ${count('warn')} warned, ${count('note')} noted, ${count('pass')} passed`;
      output.lines([[span(` ${counts}`, 'strong')]]);
    }
    return verdict === 'error' ? EXIT.environment : EXIT.passed;
  },
);

/** Where no terminal says its width. */
const COLUMNS = 80;
const LABEL = 15;

function findingLines({ name, verdict, says, why, cure }: Finding, columns: number): Line[] {
  const width = columns - LABEL;
  const [first = '', ...rest] = wrapText(says, width);
  const below = [
    ...rest,
    ...wrapText(why === '' ? '' : `why it matters: ${why}`, width),
    ...wrapText(cure === '' ? '' : `what to do: ${cure}`, width),
  ];
  return [
    [span(` ${MARKS[verdict]} `, STYLES[verdict]), span(name.padEnd(LABEL - 3), 'strong'), span(first)],
    ...below.map((text): Line => [span(`${' '.repeat(LABEL)}${text}`, 'dim')]),
  ];
}
