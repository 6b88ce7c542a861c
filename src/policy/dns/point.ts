/** Degrees: north and east are positive. */
export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

const EARTH_KM = 6_371;
/** Light in glass goes 200 km in a millisecond. */
const KM_PER_MS = 200;
/** What the line to a house adds. */
const LAST_MILE_MS = 5;
/** Results of sin, cos and acos differ in their last bits between machines: none of these decides anything. */
const KM_GRID = 10;

/** Writes the point as a vector of length 1 into three places of `into`. */
export function writeVector(point: Point, into: Float64Array, at: number): void {
  const latitude = (point.latitude * Math.PI) / 180;
  const longitude = (point.longitude * Math.PI) / 180;
  into[at] = Math.cos(latitude) * Math.cos(longitude);
  into[at + 1] = Math.cos(latitude) * Math.sin(longitude);
  into[at + 2] = Math.sin(latitude);
}

/** The great circle between two vectors, to the hundred metres. */
export function distanceKm(a: Float64Array, aAt: number, b: Float64Array, bAt: number): number {
  let cosine = 0;
  for (let index = 0; index < 3; index++) cosine += (a[aAt + index] ?? 0) * (b[bAt + index] ?? 0);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  return Math.round(angle * EARTH_KM * KM_GRID) / KM_GRID;
}

/** What a distance makes of latency. */
export function latencyOf(km: number): number {
  return km / KM_PER_MS + LAST_MILE_MS;
}

/** Above 0 a bias lets a target seem nearer, below 0 farther; 0 leaves the distance as it is. */
export function biased(km: number, bias: number): number {
  return bias >= 0 ? km * (1 - bias / 100) : km / (1 + bias / 100);
}
