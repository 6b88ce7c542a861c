import { int32At } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { Option } from './codes.ts';
import { COOKIE_OFFSET, MAGIC_COOKIE, OPTIONS_OFFSET } from './message.ts';

/**
 * One walk over the options field, all that a relay needs: it changes a message without decoding it. Options in `file` and
 * `sname` are left alone: RFC 3046 §2.1.
 */
export class OptionScan {
  /** 0 without option 53. */
  messageType = 0;
  /** Where `end` is, or would be. */
  endAt = 0;
  /** Where the first option 82 begins, its code; 0 when there is none. */
  relayAgentAt = 0;

  /** Throws `DecodeError`. */
  scan(octets: Uint8Array): void {
    const { length } = octets;
    if (length < OPTIONS_OFFSET) throw new DecodeError('truncated', 'options', length);
    if (int32At(octets, COOKIE_OFFSET) !== MAGIC_COOKIE)
      throw new DecodeError('malformed', 'magic cookie', COOKIE_OFFSET);
    this.messageType = 0;
    this.relayAgentAt = 0;
    let at = OPTIONS_OFFSET;
    while (at < length) {
      const code = octets[at]!;
      if (code === Option.end) break;
      if (code === Option.pad) {
        at++;
        continue;
      }
      const next = at + 2 + (at + 1 < length ? octets[at + 1]! : length);
      if (next > length) throw new DecodeError('truncated', `option ${code}`, at);
      if (code === Option.messageType && next === at + 3) this.messageType = octets[at + 2]!;
      else if (code === Option.relayAgent && this.relayAgentAt === 0) this.relayAgentAt = at;
      at = next;
    }
    this.endAt = at;
  }
}

/**
 * Copies a scanned message without its options 82 (RFC 3046 §2.1), ends and pads it to the length it had, or to `least`.
 * `to` has room for all that came and for `least`. Gives the length.
 */
export function copyWithoutRelayAgent(
  from: Uint8Array,
  scan: OptionScan,
  to: Uint8Array,
  least: number,
): number {
  let kept = scan.relayAgentAt === 0 ? scan.endAt : scan.relayAgentAt;
  // All of it: what is not kept is written over, and a view of a part would cost as much as all the copying.
  to.set(from);
  let at = kept;
  while (at < scan.endAt) {
    const code = from[at]!;
    const next = code === Option.pad ? at + 1 : at + 2 + from[at + 1]!;
    if (code !== Option.relayAgent) for (let k = at; k < next; k++) to[kept++] = from[k]!;
    at = next;
  }
  return closeMessage(to, kept, least);
}

/** Writes `end` at `at` and padding up to `least`; gives the length. */
export function closeMessage(octets: Uint8Array, at: number, least: number): number {
  octets[at] = Option.end;
  if (at + 1 >= least) return at + 1;
  octets.fill(Option.pad, at + 1, least);
  return least;
}
