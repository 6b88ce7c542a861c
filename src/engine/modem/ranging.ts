import type { Random } from '../../core/random.ts';
import type { Instant } from '../../core/time.ts';
import { toInstant } from '../../core/time.ts';
import { RangingStatus } from '../../codec/docsis/mac-message.ts';
import type { MacMessage } from '../../codec/docsis/mac-message.ts';
import { TlvCursor } from '../../codec/docsis/tlv.ts';
import type { Contention } from './profile.ts';

/**
 * When a newcomer sends: at one of the next 2^n opportunities, drawn by lot, where n grows by one with each try that was
 * not answered (truncated binary exponential back-off).
 */
export function contentionAt(now: Instant, tries: number, contention: Contention, random: Random): Instant {
  const { opportunityUs, backoffStart, backoffEnd } = contention;
  const window = 2 ** Math.min(backoffStart + tries, backoffEnd);
  // One that begins now cannot be made any more.
  const next = Math.floor(now / opportunityUs) + 1;
  return toInstant((next + random.below(window)) * opportunityUs);
}

const RANGING_STATUS = 5;
const cursor = new TlvCursor(new Uint8Array(0), 0, 0, 'nested');

/** TLV 5 of a RNG-RSP; without it the ranging goes on. */
export function rangingStatus({ octets, tlvsAt, end }: MacMessage): number {
  cursor.reset(octets, tlvsAt, end);
  while (cursor.next())
    if (cursor.type === RANGING_STATUS) return octets[cursor.start] ?? RangingStatus.continue;
  return RangingStatus.continue;
}
