import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, testTimeout: 60_000, ...extra },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/golden/**/*.test.ts', 'test/rooms/**/*.test.ts']),
      project('property', ['test/property/**/*.test.ts']),
      project('driver', ['test/driver/**/*.test.ts']),
      project('scenario', ['test/scenario/**/*.test.ts']),
      project('interop', ['test/interop/**/*.test.ts'], {
        testTimeout: 180_000,
        hookTimeout: 120_000,
        fileParallelism: false,
      }),
    ],
  },
});
