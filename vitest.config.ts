import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: object = {}) => ({
  // Hooks compile the program for its command line: on a loaded machine that takes longer than Vitest's ten seconds.
  test: { name, include, testTimeout: 60_000, hookTimeout: 120_000, ...extra },
});

/** Where .ci/run wants the counts. */
const report = process.env['HEADEND_TEST_REPORT'];

export default defineConfig({
  test: {
    // Vitest keeps a core for itself: of two, half.
    maxWorkers: availableParallelism(),
    reporters: report === undefined ? ['default'] : ['dot', ['json', { outputFile: report }]],
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts', 'test/rooms/**/*.test.ts']),
      project('property', ['test/property/**/*.test.ts']),
      project('driver', ['test/driver/**/*.test.ts']),
      project('scenario', ['test/scenario/**/*.test.ts']),
      // Each file has namespaces and folders of its own, and waits most of the time: for renewals, for a browser, for a machine to boot.
      // What hangs is given up by its own wait, with a reason; these bounds only end what has none.
      project('interop', ['test/interop/**/*.test.ts'], {
        setupFiles: ['test/interop/support/last-words.ts'],
        testTimeout: 300_000,
        hookTimeout: 300_000,
        expect: { poll: { timeout: 60_000, interval: 50 } },
      }),
    ],
  },
});
