import type { Finding } from '../cause/cause.ts';
import type { Observed } from '../cause/observed.ts';

/** Looks for one cause in all that was seen; it keeps nothing. */
export interface Detector {
  find(seen: Observed): Finding | undefined;
}
