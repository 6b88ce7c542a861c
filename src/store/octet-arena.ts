const CHUNK_OCTETS_MIN = 1_024;
const CHUNK_OCTETS_MAX = 65_536;

/** Keeps octets one behind the other in few large pieces: an array of its own takes ten times as much as an address in it. */
export class OctetArena {
  /** Where the last octets kept are. */
  octets = new Uint8Array(0);
  /** Behind them. */
  end = 0;

  /** Copies. */
  keep(octets: Uint8Array): void {
    const { length } = octets;
    if (this.end + length > this.octets.length) {
      const next = Math.min(Math.max(this.octets.length * 2, CHUNK_OCTETS_MIN), CHUNK_OCTETS_MAX);
      this.octets = new Uint8Array(Math.max(next, length));
      this.end = 0;
    }
    this.octets.set(octets, this.end);
    this.end += length;
  }
}
