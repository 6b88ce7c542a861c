import { describe, expect, test } from 'vitest';
import { candidatesFor } from '../../../src/cli/candidates.ts';
import { Output } from '../../../src/cli/output.ts';
import { VERBS } from '../../../src/cli/verbs.ts';

const session = {
  output: new Output(),
  signal: new AbortController().signal,
  program: 'headend',
  settled: () => undefined,
};

async function after(...words: readonly string[]): Promise<string[]> {
  return (await candidatesFor(words, { verbs: VERBS, session })).map(({ text }) => text);
}

const STORM = 'scenarios/boot-storm-5000.yaml';

describe('what may be typed next', () => {
  test.each([
    { words: ['va'], next: ['validate'] },
    { words: ['nothing', ''], next: [] },
    { words: ['run', '--mode', ''], next: ['virtual', 'live'] },
    { words: ['run', '--see'], next: ['--seed', '--seeds'] },
    { words: ['run', '--seed', '4', '--see'], next: ['--seeds'] },
    { words: ['run', '--set', 'a=1', '--set'], next: ['--set'] },
    { words: ['run', 'scen'], next: ['scenarios/'] },
    { words: ['run', 'scenarios/wrong'], next: ['scenarios/wrong-shared-secret.yaml'] },
    { words: ['run', 'scenarios/files/gold'], next: ['scenarios/files/gold.yaml'] },
    { words: ['run', 'no-such-folder/'], next: [] },
    { words: ['ladder', 'scenarios/wrong'], next: [] },
    { words: ['run', STORM, '--ladder', 'cm['], next: Array.from({ length: 20 }, (_, n) => `cm[${n}]`) },
    { words: ['run', STORM, '--ladder', 'd'], next: ['dhcp'] },
    { words: ['run', '--ladder', ''], next: [] },
    { words: ['run', STORM, '--set', 'net.hfc.l'], next: ['net.hfc.loss='] },
    { words: ['serve', STORM, '--set', 'net.hfc.l'], next: ['net.hfc.loss='] },
    { words: ['diff', STORM, '--with', 'net.hfc.l'], next: ['net.hfc.loss='] },
    { words: ['run', 'scenarios/files/plant.key', '--set', ''], next: [] },
    { words: ['zone', 'ch'], next: ['check'] },
    { words: ['init', '--from', 'cable'], next: ['cable-modem-boot'] },
    { words: ['init', '--from', '--fo'], next: ['--force'] },
    { words: ['init', '--from', '--force', '--js'], next: ['--json'] },
    { words: ['completion', ''], next: ['bash', 'zsh', 'fish'] },
  ])('$words', async ({ words, next }) => {
    expect(await after(...words)).toEqual(next);
  });

  test('every verb has its flags', async () => {
    for (const { name } of VERBS) expect(await after(name, '--he'), name).toContain('--help');
  });
});
