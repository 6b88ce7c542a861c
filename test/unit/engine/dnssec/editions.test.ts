import { describe, expect, test } from 'vitest';
import { SECOND, toInstant } from '../../../../src/core/time.ts';
import { Editions, serialOffset } from '../../../../src/engine/dnssec/editions.ts';
import { EPOCH, START, schedule, testKey } from '../../../support/signed-zone.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
/** Periods of nine days that begin at a moment of the clock. */
const PERIOD = 9 * DAY;
const renewal = Math.floor(START / PERIOD) * PERIOD;

const at = (seconds: number) => toInstant((seconds - START) * SECOND);
const editionsOf = (keys = [testKey(1)]): Editions => new Editions(schedule(keys), 0, EPOCH);

describe('an edition', () => {
  test('goes from one renewal of the signatures to the next', () => {
    const editions = editionsOf();
    for (const seconds of [START, renewal + PERIOD - 1])
      expect(editions.at(at(seconds))).toEqual({ since: renewal, until: renewal + PERIOD });
    expect(editions.at(at(renewal + PERIOD)).since).toBe(renewal + PERIOD);
    expect(editions.endOf(at(START))).toBe(at(renewal + PERIOD));
  });

  test('begins when a key comes or goes, too, at the next full minute', () => {
    const editions = editionsOf([
      testKey(1),
      testKey(2, 'zsk', { publish: START + 90, activate: START + DAY }),
    ]);
    const begins = [0, 119, 120, DAY - 1, DAY].map((after) => editions.at(at(START + after)).since - START);
    expect(begins).toEqual([renewal - START, renewal - START, 120, 120, DAY]);
  });

  test('begins when what signs was made another', () => {
    const editions = editionsOf();
    editions.changedAt = START + HOUR + 1;
    expect(editions.at(at(START + HOUR + 59))).toEqual({ since: renewal, until: START + HOUR + 60 });
    expect(editions.at(at(START + HOUR + 60))).toEqual({ since: START + HOUR + 60, until: renewal + PERIOD });
    // Of a change long ago nothing is left.
    expect(editions.at(at(renewal + PERIOD)).since).toBe(renewal + PERIOD);
  });

  test('each adds more to the serial than the one before', () => {
    const keys = [
      testKey(1),
      testKey(2, 'zsk', { publish: START + 61, activate: START + 119, inactive: START + 20 * DAY }),
    ];
    const editions = editionsOf(keys);
    editions.changedAt = START + 4 * DAY;
    const begins: number[] = [];
    const offsets: number[] = [];
    for (let seconds = START; seconds < START + 25 * DAY;) {
      const edition = editions.at(at(seconds));
      begins.push(edition.since - START);
      offsets.push(serialOffset(edition));
      seconds = edition.until;
    }
    // Renewals on days -6, 3, 12 and 21; two moments of a key in one minute; the change; the end of the key.
    expect(begins).toEqual([-6 * DAY, 120, 3 * DAY, 4 * DAY, 12 * DAY, 20 * DAY, 21 * DAY]);
    expect(offsets).toEqual(begins.map((begin) => (START + begin) / 60));
  });
});
