import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: object = {}) => ({
  // What ends a test that hangs, and says nothing of how long one takes: simulations and hooks that compile the program take
  // minutes on a machine that is loaded, or has one slow core.
  test: { name, include, testTimeout: 300_000, hookTimeout: 300_000, ...extra },
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
      project('property', ['test/property/**/*.test.ts'], { setupFiles: ['test/support/same-cases.ts'] }),
      project('driver', ['test/driver/**/*.test.ts']),
      project('scenario', ['test/scenario/**/*.test.ts']),
      // Each file has namespaces and folders of its own, and waits most of the time: for renewals, for a browser, for a machine to boot.
      // `npm run test:interop` runs two at a time: each may be a dozen servers, a browser, a machine that boots.
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
