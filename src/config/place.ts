import type { Rule } from '../core/rules.ts';

/** Where something stands in the file, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
  /** What it is a place in, where that is not the scenario's own file. */
  readonly source?: Source | undefined;
}

/** A text that became part of a scenario: a file that it extends, a flag, or the data of a program. */
export interface Source {
  readonly kind: 'file' | 'flag' | 'data';
  /** As messages name it. */
  readonly name: string;
  /** The folder that its paths start from, itself from the scenario's folder; empty: that folder. */
  readonly folder: string;
}

/** Something that works and will surprise, and the rule that says how. */
export interface Warning extends Place {
  readonly path: string;
  readonly rule: Rule;
  readonly message: string;
}

/** A file or folder the scenario names; who loads it judges links and reports a missing one at `place`. */
export interface FileReference {
  /** Relative to the scenario's folder, `/` between its parts: as written, but behind the folder of a file that the scenario extends. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** Such as `services.tftp.files.gold.cfg`. */
  readonly at: string;
  readonly place: Place;
}
