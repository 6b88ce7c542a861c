import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN } from './support/headend.ts';
import { need } from './support/netns.ts';

let folder = '';

beforeAll(() => {
  need('bash', 'zsh', 'fish');
  built();
  folder = mkdtempSync(join(tmpdir(), 'headend-completion-'));
  symlinkSync(resolve('scenarios'), join(folder, 'scenarios'));
  writeFileSync(join(folder, 'headend'), `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`);
  chmodSync(join(folder, 'headend'), 0o755);
  for (const shell of ['bash', 'zsh', 'fish'])
    writeFileSync(
      join(folder, `headend.${shell}`),
      execFileSync(process.execPath, [MAIN, 'completion', shell]),
    );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lines(shell: string, args: readonly string[], script: string): string[] {
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder };
  const out = execFileSync(shell, [...args, '-c', script], { cwd: folder, env, encoding: 'utf8' });
  return out.split('\n').filter((line) => line !== '');
}

/** What each shell would put in, when TAB is pressed at the end of the line. */
const PRESS: Readonly<Record<string, (line: string) => string[]>> = {
  bash: (line) =>
    lines(
      'bash',
      ['--norc'],
      `source headend.bash; COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _headend; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ).map((word) => word.trimEnd()),
  zsh: (line) =>
    lines(
      'zsh',
      ['-f'],
      `compdef() { }
       compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@" }
       source ./headend.zsh; words=("\${(@s: :)\${:-${line}}}"); CURRENT=$#words; _headend || true`,
    ),
  fish: (line) =>
    lines('fish', ['--no-config'], `source headend.fish; complete -C '${line}'`).map(
      (word) => word.split('\t')[0] ?? '',
    ),
};

describe.each(Object.keys(PRESS))('%s', (shell) => {
  test.each([
    { line: 'headend va', next: ['validate'] },
    { line: 'headend run --see', next: ['--seed', '--seeds'] },
    { line: 'headend run scenarios/wrong', next: ['scenarios/wrong-shared-secret.yaml'] },
    {
      line: 'headend run scenarios/cable-modem-boot.yaml --ladder cm',
      next: ['cm', 'cm[0]', 'cm[1]', 'cm[2]', 'cmts'],
    },
    { line: 'headend completion ', next: ['bash', 'fish', 'zsh'] },
    { line: 'headend nothing ', next: [] },
  ])('$line', ({ line, next }) => {
    expect(PRESS[shell]!(line).sort()).toEqual(next);
  });
});

test('bash puts in only what is behind the "=" that it cuts words at', () => {
  expect(PRESS['bash']!('headend run scenarios/cable-modem-boot.yaml --set net.hfc.lo')).toEqual([
    'net.hfc.loss=',
  ]);
  expect(PRESS['bash']!('headend run scenarios/boot-storm-5000.yaml --set spread=3')).toEqual(['30s']);
});
