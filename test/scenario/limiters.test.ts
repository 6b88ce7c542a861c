import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCells, prepareVirtual } from '../../src/api/scenario.ts';

const STORM = join(import.meta.dirname, '../../scenarios/storm-four-limiters.yaml');

interface Figures {
  /** When half of the modems, and all, were up. */
  readonly halfUs: number;
  readonly allUs: number;
  /** Dropped behind the limiter. */
  readonly dropped: number;
  readonly waitUsMax: number;
}

const figures = new Map<string, Figures>();
const of = (kind: string): Figures => figures.get(kind)!;

/** The claims of the lesson, with other dice than the file's: what it teaches is no accident of one seed. */
describe.each([2026])('the storm under four limiters, seed %i', (seed) => {
  beforeAll(async () => {
    figures.clear();
    for (const loaded of loadCells(STORM)) {
      const { metrics, verdict } = await prepareVirtual(loaded, { seed }).execute([]);
      expect(verdict).toBe('pass');
      figures.set(String(loaded.cell['limiter']), {
        halfUs: metrics['boot.p50']!,
        allUs: metrics['boot.max']!,
        dropped: metrics['dhcp.queue.dropped'] ?? 0,
        waitUsMax: metrics['dhcp.queue.wait.max']!,
      });
    }
  });

  test('behind a leaky bucket nothing waits and nothing is dropped', () => {
    expect(of('leaky-bucket')).toMatchObject({ dropped: 0, waitUsMax: 0 });
  });

  test('behind the others the bursts they let in do not fit', () => {
    for (const kind of ['token-bucket', 'fixed-window', 'sliding-window'])
      expect(of(kind).dropped).toBeGreaterThan(100);
  });

  test('behind a fixed window most is dropped, and its plant is back last', () => {
    for (const kind of ['token-bucket', 'leaky-bucket', 'sliding-window']) {
      expect(of('fixed-window').dropped).toBeGreaterThan(2 * of(kind).dropped);
      expect(of('fixed-window').halfUs).toBeGreaterThan(of(kind).halfUs);
      expect(of('fixed-window').allUs).toBeGreaterThan(of(kind).allUs);
    }
  });
});
