/** Whether serial `a` is newer than `b`: RFC 1982 §3.2; false where they lie half a turn apart, which no order decides. */
export function isNewerSerial(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

/** RFC 1982 §3.1: the next one; 0 is left out, which some servers take for none. */
export function nextSerial(serial: number): number {
  return (serial + 1) >>> 0 || 1;
}
