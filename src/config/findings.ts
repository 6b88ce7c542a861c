import type { Rule } from '../core/rules.ts';
import { nearest } from '../core/text.ts';
import { quote, type Mistake } from './mistakes.ts';
import { joinPath, leaves } from './paths.ts';
import type { FileReference, Warning } from './place.ts';
import type { Selector } from './scenario.ts';
import { keyPlaceOf, locatedAt, pathText, placeOf, type Located, type PathPart } from './source.ts';

export type Path = readonly PathPart[];

/** What something with a name is, and how many. */
export interface Named {
  readonly kind: string;
  readonly count: number | undefined;
  /** A service, not a device. */
  readonly isService: boolean;
  /** It is real, or another headend's: nothing of it runs here. */
  readonly isLive: boolean;
  /** Of those another headend's; left out, it is none. */
  readonly isHeadends?: boolean | undefined;
}

/** The mistakes found while a file is checked against itself, and the names it gives. */
export class Findings {
  readonly mistakes: Mistake[] = [];
  readonly warnings: Warning[] = [];
  readonly files: FileReference[] = [];
  readonly root: Located;
  /** Segments and links, with their kind. */
  readonly places = new Map<string, 'segment' | 'link'>();
  /** Devices and services. */
  readonly names = new Map<string, Named>();
  readonly #paths: 'inside' | 'any';

  constructor(root: Located, paths: 'inside' | 'any') {
    this.root = root;
    this.#paths = paths;
  }

  add(path: Path, message: string, hint: string): void {
    this.mistakes.push({ ...placeOf(this.root, path), path: pathText(path), message, hint });
  }

  /** What is allowed and yet worth a word. */
  warn(path: Path, rule: Rule, message: string): void {
    this.warnings.push({ ...placeOf(this.root, path), path: pathText(path), rule, message });
  }

  /** At a key that should not be there. */
  addAtKey(path: Path, key: string, message: string, hint: string): void {
    const place = keyPlaceOf(this.root, path, key);
    this.mistakes.push({ ...place, path: pathText([...path, key]), message, hint });
  }

  /** At a path that another room's reader gives as text, below `base`. */
  addTextPath(pathInText: string, base: Path, message: string, hint: string): void {
    const path = [...base];
    const rest = pathInText.slice(pathText(base).length);
    for (const [, key, index] of rest.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) path.push(key ?? Number(index));
    this.mistakes.push({ ...placeOf(this.root, path), path: pathInText, message, hint });
  }

  /** At a character of a text, `offset` from 0; right for texts on one line. */
  addInside(path: Path, offset: number, message: string, hint: string): void {
    const found = locatedAt(this.root, path);
    const inside = found?.inside ?? placeOf(this.root, path);
    // In a text with ${param} the characters stand elsewhere than they were written.
    const place = found?.written === undefined ? { ...inside, column: inside.column + offset } : inside;
    this.mistakes.push({ ...place, path: pathText(path), message, hint });
  }

  has(path: Path): boolean {
    return locatedAt(this.root, path) !== undefined;
  }

  segment(name: string, path: Path): void {
    if (this.places.get(name) === 'segment') return;
    const segments = [...this.places].filter(([, kind]) => kind === 'segment').map(([key]) => key);
    this.add(
      path,
      `${quote(name)} is no segment of this file`,
      didYouMean(name, segments, 'the segments are'),
    );
  }

  /** A group, a member, a service; undefined after a mistake. `offset`: where the name stands in its text. */
  selector(text: string, path: Path, offset = 0): Selector | undefined {
    const parts = /^([^[\]]+)(?:\[(\d{1,7})\])?$/.exec(text);
    const group = parts?.[1] ?? text;
    const named = this.names.get(group);
    if (parts === null || named === undefined) {
      const hint = didYouMean(group, this.names.keys(), 'the names are');
      this.addInside(path, offset, `${quote(text)} is no device or service of this file`, hint);
      return undefined;
    }
    const index = parts[2] === undefined ? undefined : Number(parts[2]);
    if (index !== undefined && (named.count === undefined || index >= named.count)) {
      const message =
        named.count === undefined ? `${group} is one, not a group` : `${group} has no member ${index}`;
      const hint =
        named.count === undefined ? `write ${group}` : `write ${group}[0] to ${group}[${named.count - 1}]`;
      this.addInside(path, offset, message, hint);
      return undefined;
    }
    return { text, group, index };
  }

  /** Whether something is simulated, as it must be for what happens inside of it; says so where it is not. */
  isVirtual(who: string, path: Path, hint: string): boolean {
    const named = this.names.get(who.replace(/\[.*$/, ''));
    if (named?.isLive !== true) return true;
    const whose = named.isHeadends === true ? "another headend's (place: headend)" : 'real (place: live)';
    this.add(path, `${quote(who)} is ${whose}: nobody here sees or moves what is inside of it`, hint);
    return false;
  }

  /** Notes a file that the scenario names, when its path may be used. */
  file(written: string, kind: 'file' | 'folder', at: Path): FileReference {
    const place = placeOf(this.root, at);
    // A file that another extends names its own files from where it lies itself.
    const path = joinPath(place.source?.folder ?? '', written);
    const reference = { path, kind, at: pathText(at), place };
    if (path.includes('\\'))
      this.add(at, `${quote(path)} has a backslash`, 'write / between folders, on every system');
    else if (this.#paths === 'inside' && leaves(path))
      this.add(
        at,
        `${quote(path)} leads out of the scenario's folder`,
        'keep the file under that folder, or allow other paths with --allow-path',
      );
    this.files.push(reference);
    return reference;
  }
}

export function didYouMean(typed: string, words: Iterable<string>, otherwise: string): string {
  const list = [...words];
  const near = nearest(typed, list);
  if (near !== undefined) return `did you mean "${near}"?`;
  if (list.length === 0) return 'there is none yet: add it';
  return `${otherwise} ${list.slice(0, 12).join(', ')}${list.length > 12 ? ', ...' : ''}`;
}
