import { nearest } from '../core/text.ts';
import { quote, ScenarioError, type Mistake } from './mistakes.ts';
import { folderOf, joinPath, leaves, normalPath } from './paths.ts';
import type { Place, Source } from './place.ts';
import { isMistakes, pathText, readSource, type Located, type PathPart } from './source.ts';
import { isList, isMap, mistakeAt, withChildren, withItems, withoutKeys } from './tree.ts';

/** More than a person can follow; no file of ours needs two. */
const CHAIN_MAX = 8;

/** The text of a file that a scenario extends, by its path from the scenario's folder; or why it cannot be had. */
export type ReadBase = (path: string) => string | Pick<Mistake, 'message' | 'hint'>;

export interface ChainOptions {
  readonly fileName: string;
  /** Left out: a text that stands alone. */
  readonly readBase: ReadBase | undefined;
  readonly paths: 'inside' | 'any';
}

/** A scenario's tree with all that it extends under it, and the paths of those files, nearest first. */
export interface Chain {
  readonly root: Located;
  readonly bases: readonly string[];
}

export function readChain(root: Located, options: ChainOptions): Chain {
  const bases: string[] = [];
  const own = options.fileName.slice(options.fileName.lastIndexOf('/') + 1);
  return { root: readOver(root, [own], bases, options), bases };
}

function readOver(over: Located, way: readonly string[], bases: string[], options: ChainOptions): Located {
  const written = over.children.get('extends');
  if (written === undefined) return over;
  const { fileName } = options;
  const fail = (message: string, hint: string): never => {
    throw new ScenarioError(fileName, [mistakeAt(over, ['extends'], message, hint)]);
  };
  if (typeof written.value !== 'string' || written.value.trim() === '')
    return fail(`${quote(written.value)} is no path`, 'write the path of one scenario, such as ./base.yaml');
  const path = normalPath(joinPath(written.place.source?.folder ?? '', written.value));
  if (options.paths === 'inside' && leaves(path))
    return fail(
      `${quote(written.value)} leads out of the scenario's folder`,
      'keep the file under that folder, or allow other paths with --allow-path',
    );
  if (way.includes(path))
    return fail(
      `the files extend each other in a circle: ${[...way.slice(way.indexOf(path)), path].join(' extends ')}`,
      'take one extends: out',
    );
  if (way.length > CHAIN_MAX)
    return fail(`more than ${CHAIN_MAX} files extend each other`, 'put some of them together');
  if (options.readBase === undefined)
    return fail('a text that is no file cannot extend one', 'write the scenario to a file first');
  const text = options.readBase(path);
  if (typeof text !== 'string') return fail(text.message, text.hint);
  const source: Source = { kind: 'file', name: joinPath(folderOf(fileName), path), folder: folderOf(path) };
  const read = readSource(text, source);
  if (isMistakes(read)) throw new ScenarioError(fileName, read);
  bases.push(path);
  const base = readOver(read, [...way, path], bases, options);
  const merge = new Merge();
  const merged = merge.of(base, withoutKeys(over, ['extends']), []);
  if (merge.mistakes.length > 0) throw new ScenarioError(fileName, merge.mistakes);
  return merged;
}

/** Lists that tell a story: what comes later adds to it. */
const APPENDED: ReadonlySet<string> = new Set(['timeline', 'expect']);

/** Maps merge key by key; everything else of `over` replaces what `base` has, and `null` takes it out. */
class Merge {
  readonly mistakes: Mistake[] = [];

  of(base: Located, over: Located, path: readonly PathPart[]): Located {
    if (isList(base) && isList(over) && path.length === 1 && APPENDED.has(String(path[0])))
      return { ...withItems(base, [...over.children.values()]), place: over.place };
    if (!isMap(base) || !isMap(over)) return over;
    const children = new Map(base.children);
    const keys = new Map<string, Place>(base.keys);
    for (const [part, child] of over.children) {
      const key = String(part);
      const before = base.children.get(key);
      if (child.value === null) {
        this.#removes(base, child, key, path);
        children.delete(key);
        keys.delete(key);
        continue;
      }
      children.set(key, before === undefined ? child : this.of(before, child, [...path, key]));
      keys.set(key, over.keys.get(key) ?? child.place);
    }
    return withChildren({ ...over, place: over.place }, children, keys);
  }

  #removes(base: Located, child: Located, key: string, path: readonly PathPart[]): void {
    if (base.children.has(key)) return;
    const near = nearest(key, base.keys.keys());
    this.mistakes.push({
      ...child.place,
      path: pathText([...path, key]),
      message: 'null takes out what the other file has, and it has no such key here',
      hint: near === undefined ? 'take the line out' : `did you mean "${near}"?`,
    });
  }
}
