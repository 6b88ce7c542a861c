import type { Rule } from '../core/rules.ts';

/** Where something stands in the file, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that works and will surprise, and the rule that says how. */
export interface Warning extends Place {
  readonly path: string;
  readonly rule: Rule;
  readonly message: string;
}

/** A file or folder the scenario names; who loads it judges links and reports a missing one at `place`. */
export interface FileReference {
  /** As written, relative to the scenario's folder, `/` between its parts. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Such as `services.tftp.files.gold.cfg`. */
  readonly at: string;
  readonly place: Place;
}
