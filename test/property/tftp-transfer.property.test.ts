import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random, streamKey } from '../../src/core/random.ts';
import { NEVER } from '../../src/core/time.ts';
import { chance, transfer, type Outcome } from '../support/tftp-wire.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const octetsOf = (length: number, seed: number) => {
  const random = new Random(streamKey(seed, 'content'));
  return Uint8Array.from({ length }, () => random.below(256));
};

/** `toEqual` on thousands of octets takes longer than the transfer. */
function expectDone({ state }: Outcome, content: Uint8Array) {
  expect(state.kind === 'done' ? Buffer.compare(state.octets, content) : state).toBe(0);
}

const profiles = fc.record({
  blksize: fc.option(fc.integer({ min: 8, max: 700 }), { nil: undefined }),
  windowsize: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  timeoutSeconds: fc.option(fc.integer({ min: 1, max: 255 }), { nil: undefined }),
  tsize: fc.option(fc.boolean(), { nil: undefined }),
  dallySeconds: fc.constantFrom(0, 3),
});

const common = { resendSeconds: [4, 8, 16], sendsMax: 16, octetsMax: 1 << 20 };

test('over a wire that loses, doubles and reorders, both ends have equal octets or the client fails cleanly', () => {
  let done = 0;
  fc.assert(
    fc.property(
      profiles,
      fc.integer({ min: 0, max: 5_000 }),
      fc.integer(),
      fc.record({
        loss: fc.double({ min: 0, max: 0.3, noNaN: true }),
        copy: fc.double({ min: 0, max: 0.3, noNaN: true }),
        jitterUs: fc.constantFrom(0, 500, 5_000, 3_000_000),
      }),
      fc.boolean(),
      (wanted, length, seed, ratios, singlePort) => {
        const content = octetsOf(length, seed);
        const fate = chance(new Random(streamKey(seed, 'wire')), ratios);
        const profile = { ...common, ...wanted };
        const outcome = transfer({ content, profile, fate, server: { singlePort } });
        expect(outcome.serverDeadline).toBe(NEVER);
        if (outcome.state.kind === 'done') {
          done++;
          expect(Buffer.compare(outcome.state.octets, content)).toBe(0);
        } else {
          expect(outcome.state).toMatchObject({ kind: 'failed' });
        }
      },
    ),
    { numRuns: fuzzRuns() },
  );
  expect(done).toBeGreaterThan(150);
});

test('over a wire that only reorders within a window, every transfer is done', () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 0, max: 5_000 }), fc.integer(), (wanted, length, seed) => {
      const content = octetsOf(length, seed);
      const fate = chance(new Random(streamKey(seed, 'wire')), { loss: 0, copy: 0, jitterUs: 2_000 });
      const outcome = transfer({ content, profile: { ...common, ...wanted }, fate });
      expectDone(outcome, content);
    }),
    { numRuns: fuzzRuns(200) },
  );
});

const dataOf = (outcome: Outcome) => outcome.sent.filter(({ packet }) => packet.kind === 'data').length;

test('one doubled packet costs at most two windows, and in lock step one packet: no chain of copies', () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 0, max: 5_000 }), fc.nat(), (wanted, length, which) => {
      const content = octetsOf(length, which);
      const profile = { ...common, ...wanted, dallySeconds: 0 };
      const alone = transfer({ content, profile });
      let index = 0;
      const doubled = transfer({
        content,
        profile,
        fate: () => (index++ === which % alone.sent.length ? [1_000, 1_500] : [1_000]),
      });
      expectDone(doubled, content);
      const windowsize = profile.windowsize ?? 1;
      expect(dataOf(doubled) - dataOf(alone)).toBeLessThanOrEqual(windowsize === 1 ? 1 : 2 * windowsize);
    }),
    { numRuns: fuzzRuns() },
  );
});

test('with every packet doubled, lock step sends no more, and windows at most three times as much', () => {
  fc.assert(
    fc.property(profiles, fc.integer({ min: 0, max: 5_000 }), fc.integer(), (wanted, length, seed) => {
      const content = octetsOf(length, seed);
      const profile = { ...common, ...wanted, dallySeconds: 0 };
      const alone = transfer({ content, profile });
      const doubled = transfer({ content, profile, fate: () => [1_000, 1_000] });
      expectDone(doubled, content);
      const most = (profile.windowsize ?? 1) === 1 ? dataOf(alone) + 1 : 3 * dataOf(alone);
      expect(dataOf(doubled)).toBeLessThanOrEqual(most);
    }),
    { numRuns: fuzzRuns(200) },
  );
});
