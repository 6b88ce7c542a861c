import { examine } from '../api/doctor.ts';
import type { Finding } from '../api/doctor.ts';
import { EXIT } from '../api/exit.ts';
import { span, wrapText } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { defineVerb, jsonFlag } from './program.ts';

const MARKS = { pass: '✓', warn: '⚠', fail: '✗' } as const;
const STYLES = { pass: 'good', warn: 'warn', fail: 'bad' } as const;

export const doctor = defineVerb(
  'doctor',
  (command) => command.addOption(jsonFlag()),
  async ({ output }, _operands, flags) => {
    const findings = await examine();
    const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length;
    const verdict = count('fail') > 0 ? 'error' : count('warn') > 0 ? 'warn' : 'pass';
    if (flags['json'] === true) output.json({ format_version: 1, verdict, findings });
    else {
      output.lines(findings.flatMap((one) => findingLines(one, output.columns ?? 100)));
      output.lines([
        [span(` ${count('fail')} failed, ${count('warn')} warned, ${count('pass')} passed`, 'strong')],
      ]);
    }
    return verdict === 'error' ? EXIT.environment : EXIT.passed;
  },
);

const LABEL = 15;

function findingLines({ name, verdict, says, cure }: Finding, columns: number): Line[] {
  const [first = '', ...rest] = wrapText(says, columns - LABEL);
  const below = [...rest, ...wrapText(cure === '' ? '' : `what to do: ${cure}`, columns - LABEL)];
  return [
    [span(` ${MARKS[verdict]} `, STYLES[verdict]), span(name.padEnd(LABEL - 3), 'strong'), span(first)],
    ...below.map((text): Line => [span(`${' '.repeat(LABEL)}${text}`, 'dim')]),
  ];
}
