import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runOnce, type RunRequest } from '../../src/api/run.ts';
import { lineText } from '../../src/report/line.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');

async function failed(name: string, set: readonly string[], expectations: readonly string[] = []) {
  const request: RunRequest = {
    path: join(FOLDER, name),
    mode: 'virtual',
    seed: undefined,
    load: { set, expect: expectations },
    ladders: [],
    pcap: undefined,
    trace: undefined,
    notice: () => undefined,
    explain: { reproduce: (seed) => `headend run it --seed ${seed}` },
  };
  return runOnce(request, new AbortController().signal);
}

describe('a boot over a cable that loses nearly a third', async () => {
  const { result, summary } = await failed('cable-modem-boot.yaml', ['net.hfc.loss=30%']);
  const slow = result.expectations.find(({ kind }) => kind === 'eventually');

  test('says what was expected, what came, and the packets with their numbers in a trace', () => {
    expect(slow?.failure).toMatchObject({
      expected: 'cm[0]: eventually all cm operational within 30s',
      came: 'cm[0] came at 65.375 s',
      reproduce: 'headend run it --seed 7',
    });
    const texts = slow!.failure!.packets.map(({ number, text }) => `#${number} ${text}`);
    expect(texts).toContain('#30 DHCP REQUEST cm[0]>* opt50=10.9.16.1 opt54=10.0.0.67 LOST on hfc');
  });

  test('shows it all to a person', () => {
    const text = summary({ reproduce: 'headend run it', exitCode: 1, columns: 120 }).map(lineText).join('\n');
    expect(text).toContain('#30 1.350 s DHCP REQUEST cm[0]>* opt50=10.9.16.1 opt54=10.0.0.67 LOST on hfc');
    expect(text).toContain('reproduce      headend run it');
  });

  test('is the same run as one that nobody looks into', async () => {
    const again = await failed('cable-modem-boot.yaml', ['net.hfc.loss=30%']);
    expect(again.result.digest).toBe(result.digest);
  });
});

test('names the likely cause, the check to make and what teaches it', async () => {
  const { result } = await failed(
    'wrong-shared-secret.yaml',
    [],
    ['eventually: { all: cm, state: operational }'],
  );
  const wrong = result.expectations.find(({ verdict }) => verdict === 'fail');
  expect(result.causes?.[0]?.id).toMatch(/^HE-CAUSE-\d{3}$/);
  expect(result.causes?.[0]?.evidence.length).toBeGreaterThan(0);
  expect(wrong?.failure).toMatchObject({
    cause: result.causes?.[0]?.id,
    learn: `headend explain ${result.causes?.[0]?.id ?? ''}`,
  });
});

test('a run that passes is not made again, and has no failures', async () => {
  const { result } = await failed('cable-modem-boot.yaml', []);
  expect(result.verdict).toBe('pass');
  expect(result.expectations.every(({ failure }) => failure === undefined)).toBe(true);
});
