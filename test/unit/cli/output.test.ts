import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { span } from '../../../src/api/report.ts';
import { Output } from '../../../src/cli/output.ts';

function outputOf(
  program: string,
  facts: { isTTY: boolean; columns?: number },
): { output: Output; read: () => string } {
  const out = Object.assign(new PassThrough(), facts);
  const err = Object.assign(new PassThrough(), { isTTY: false });
  return { output: new Output(program, { out, err } as never), read: () => String(out.read()) };
}

describe('the width of what is printed', () => {
  test.each([
    { name: 'a terminal', facts: { isTTY: true, columns: 80 }, width: 80 },
    {
      name: 'a terminal that does not know it, as in script(1)',
      facts: { isTTY: true, columns: 0 },
      width: undefined,
    },
    { name: 'a pipe', facts: { isTTY: false }, width: undefined },
  ])('$name', ({ facts, width }) => {
    expect(outputOf('headend', facts).output.columns).toBe(width);
  });
});

describe('a command to type begins as headend was called', () => {
  const NODE = 'node dist/cli/main.js';
  test.each([
    { text: 'headend explain HE-DHCP-005', shown: `${NODE} explain HE-DHCP-005` },
    { text: 'headend explain A   headend explain B', shown: `${NODE} explain A   ${NODE} explain B` },
    { text: 'scenarios/headend run.yaml', shown: 'scenarios/headend run.yaml' },
  ])('$text', ({ text, shown }) => {
    const { output, read } = outputOf(NODE, { isTTY: false });
    output.lines([[span(text, 'command')], [span(text)]]);
    expect(read()).toBe(`${shown}\n${text}\n`);
  });
});
