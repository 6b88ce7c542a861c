/** The words of the initial state: "somepseudorandomlygeneratedbytes", high half and low half of each. */
const INITIAL = [
  0x736f6d65, 0x70736575, 0x646f7261, 0x6e646f6d, 0x6c796765, 0x6e657261, 0x74656462, 0x79746573,
];

/** v0 to v3 as pairs of 32-bit halves, high first, in a state that calls share. */
const v = new Int32Array(8);

/** SipHash-2-4 (Aumasson and Bernstein, 2012): 8 octets from a key of 16. It is ours because Node has none; the vectors are its authors'. */
export function sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array {
  const view = new DataView(key.buffer, key.byteOffset, 16);
  for (let word = 0; word < 8; word++) {
    const half = word % 4 < 2 ? word % 2 : 2 + (word % 2);
    v[word] = (INITIAL[word] ?? 0) ^ view.getInt32(KEY_HALVES[half] ?? 0, true);
  }
  const whole = message.length - (message.length % 8);
  const data = new DataView(message.buffer, message.byteOffset, message.length);
  for (let at = 0; at < whole; at += 8) absorb(data.getInt32(at + 4, true), data.getInt32(at, true));
  // The last word: what is left, and the length in its highest octet.
  let high = message.length << 24;
  let low = 0;
  for (let at = whole; at < message.length; at++) {
    const shift = ((at - whole) % 4) * 8;
    if (at - whole < 4) low |= data.getUint8(at) << shift;
    else high |= data.getUint8(at) << shift;
  }
  absorb(high, low);
  v[5] = (v[5] ?? 0) ^ 0xff;
  for (let turn = 0; turn < 4; turn++) round();
  const digest = new Uint8Array(8);
  const out = new DataView(digest.buffer);
  out.setInt32(4, (v[0] ?? 0) ^ (v[2] ?? 0) ^ (v[4] ?? 0) ^ (v[6] ?? 0), true);
  out.setInt32(0, (v[1] ?? 0) ^ (v[3] ?? 0) ^ (v[5] ?? 0) ^ (v[7] ?? 0), true);
  return digest;
}

/** Where the halves of k0 and k1 begin, high first: both are little-endian. */
const KEY_HALVES = [4, 0, 12, 8];

function absorb(high: number, low: number): void {
  v[6] = (v[6] ?? 0) ^ high;
  v[7] = (v[7] ?? 0) ^ low;
  round();
  round();
  v[0] = (v[0] ?? 0) ^ high;
  v[1] = (v[1] ?? 0) ^ low;
}

function round(): void {
  add(0, 2);
  rotateXor(2, 0, 13);
  swap(0);
  add(4, 6);
  rotateXor(6, 4, 16);
  add(0, 6);
  rotateXor(6, 0, 21);
  add(4, 2);
  rotateXor(2, 4, 17);
  swap(4);
}

/** The 64-bit word at `to` plus that at `from`. */
function add(to: number, from: number): void {
  const low = ((v[to + 1] ?? 0) >>> 0) + ((v[from + 1] ?? 0) >>> 0);
  v[to] = (v[to] ?? 0) + (v[from] ?? 0) + (low > 0xffff_ffff ? 1 : 0);
  v[to + 1] = low;
}

/** The word at `at`, turned left by `bits` (1 to 31), then joined with that at `other`. */
function rotateXor(at: number, other: number, bits: number): void {
  const high = v[at] ?? 0;
  const low = v[at + 1] ?? 0;
  v[at] = ((high << bits) | (low >>> (32 - bits))) ^ (v[other] ?? 0);
  v[at + 1] = ((low << bits) | (high >>> (32 - bits))) ^ (v[other + 1] ?? 0);
}

/** The word at `at`, turned by 32 bits. */
function swap(at: number): void {
  const high = v[at] ?? 0;
  v[at] = v[at + 1] ?? 0;
  v[at + 1] = high;
}
