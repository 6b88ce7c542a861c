import { describe, expect, test } from 'vitest';
import { lineText } from '../../../src/report/line.ts';
import { renderSummary } from '../../../src/report/summary.ts';
import type { SummaryContext } from '../../../src/report/summary.ts';
import type { RunResult } from '../../../src/scenario/result.ts';

const storm: RunResult = {
  format_version: 1,
  scenario: 'boot-storm',
  mode: 'virtual',
  seed: 42,
  digest: '11633bf308ae0000',
  verdict: 'pass',
  simulated_us: 162_000_000,
  packets: 119_704,
  events: 400_000,
  devices: [
    { name: 'cmts', kind: 'cmts', state: 'off', ip: '10.9.0.1' },
    {
      name: 'cm[0]',
      kind: 'cable-modem',
      state: 'operational',
      cmts_state: 'online',
      ip: '10.9.16.1',
      boot_us: 5_400_000,
    },
    {
      name: 'cm[1]',
      kind: 'cable-modem',
      state: 'operational',
      cmts_state: 'online',
      ip: '10.9.16.2',
      boot_us: 6_100_000,
    },
  ],
  expectations: [
    { kind: 'always', text: 'leases.unique', verdict: 'pass', detail: '' },
    { kind: 'eventually', text: 'all cm operational within 30s', verdict: 'pass', detail: '6.1 s' },
  ],
  faults: [{ id: 'plant-noise', fired: 1_624 }],
  metrics: {},
  histograms: {},
  series: {},
};

const context: SummaryContext = {
  tookMs: 680,
  reproduce: 'headend run boot-storm.yaml --seed 42',
  lessons: [],
  exitCode: 0,
};

const text = (result: RunResult, more: Partial<SummaryContext> = {}): string =>
  renderSummary(result, { ...context, ...more })
    .map((line) => lineText(line).trimEnd())
    .join('\n');

describe('summary', () => {
  test('a pass: what it was, what held, the count', () => {
    expect(text(storm)).toMatchInlineSnapshot(`
      " boot-storm
         seed 42 · 3 devices · 119,704 packets · 2m 42s simulated in 680 ms · digest 11633bf308ae0000
         2 cable-modem operational (cmts: online) in 5.4 s to 6.1 s
       ✓ leases.unique   ✓ all cm operational within 30s
         plant-noise fired 1,624×
       0 failed, 0 warned, 2 passed"
    `);
  });

  test('a failure comes after the warnings, says what happened, how to repeat it and what teaches it; the count is last', () => {
    const failed: RunResult = {
      ...storm,
      verdict: 'fail',
      expectations: [
        {
          kind: 'eventually',
          text: 'all cm operational within 5s',
          verdict: 'fail',
          detail: 'cm[1] was waitingForTftp at 5 s',
          says: 'A modem left the textbook path.',
          why: 'A subscriber waits about 90 s before calling.',
        },
        { kind: 'always', text: 'dhcp.queue.depth <= 400', verdict: 'warn', detail: 'it was 412 at 0.7 s' },
        { kind: 'always', text: 'leases.unique', verdict: 'pass', detail: '' },
      ],
    };
    const lessons = [{ id: 'HE-TFTP-008', says: 'No file of that name is served: error 1.', count: 3 }];
    expect(text(failed, { exitCode: 1, lessons })).toMatchInlineSnapshot(`
      " boot-storm
         seed 42 · 3 devices · 119,704 packets · 2m 42s simulated in 680 ms · digest 11633bf308ae0000
         2 cable-modem operational (cmts: online) in 5.4 s to 6.1 s
       ✓ leases.unique
         plant-noise fired 1,624×
       ⚠ dhcp.queue.depth <= 400
           what happened  it was 412 at 0.7 s
       ✗ all cm operational within 5s
           what happened  cm[1] was waitingForTftp at 5 s
                          A modem left the textbook path.
           why it matters A subscriber waits about 90 s before calling.
           reproduce      headend run boot-storm.yaml --seed 42
           learn          headend explain HE-TFTP-008
                          No file of that name is served: error 1. (3×)
       1 failed, 1 warned, 1 passed   exit 1"
    `);
  });

  test('live mode has no digest and no simulated time', () => {
    const live = text({ ...storm, mode: 'live', digest: null }, { tookMs: 12_000 });
    expect(live).toContain('live, 12 s');
    expect(live).not.toContain('digest');
  });

  test.each([40, 60, 80])('no line but a command is wider than %d columns', (columns) => {
    const lines = renderSummary({ ...storm, faults: [] }, { ...context, columns }).map((line) =>
      lineText(line),
    );
    for (const line of lines.slice(2)) expect(line.length, line).toBeLessThanOrEqual(columns);
  });

  test('a name from a file cannot move the cursor', () => {
    expect(text({ ...storm, scenario: 'a\u001b[2Jb' })).not.toContain('\u001b');
  });
});
