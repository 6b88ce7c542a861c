/**
 * By how much one direction of a TCP connection has grown on its way: RFC 3022 §4.4. What stands before the last change
 * moves by the sum before it, what stands behind it by the sum after it, so that a repeated segment is changed as it was.
 */
export class SequenceShift {
  #position = 0;
  #before = 0;
  #after = 0;
  #isSet = false;

  /** The segment that begins at `sequence`, as its sender counts, goes on by `octets` longer. */
  grow(sequence: number, octets: number): void {
    if (this.#isSet && ((sequence - this.#position) | 0) <= 0) return;
    this.#position = sequence | 0;
    this.#before = this.#after;
    this.#after += octets;
    this.#isSet = true;
  }

  /** A sequence number as the receiver shall see it. */
  outward(sequence: number): number {
    const isBehind = ((sequence - this.#position) | 0) > 0;
    return (sequence + (isBehind ? this.#after : this.#before)) | 0;
  }

  /** An acknowledgment of this direction, as its sender counts. */
  inward(acknowledgment: number): number {
    const isBehind = ((acknowledgment - this.#before - this.#position) | 0) > 0;
    return (acknowledgment - (isBehind ? this.#after : this.#before)) | 0;
  }
}
