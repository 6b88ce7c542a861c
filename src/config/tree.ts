import type { Plain } from '../core/service.ts';
import type { Mistake } from './mistakes.ts';
import type { Place } from './place.ts';
import { pathText, placeOf, type Located, type PathPart } from './source.ts';

export function isMap(node: Located): boolean {
  return typeof node.value === 'object' && node.value !== null && !isList(node);
}

export function isList(node: Located): boolean {
  return Array.isArray(node.value);
}

/** The same node with other children, its value made of theirs. */
export function withChildren(
  node: Located,
  children: ReadonlyMap<PathPart, Located>,
  keys: ReadonlyMap<string, Place> = node.keys,
): Located {
  if (isList(node)) return { ...node, value: [...children.values()].map(({ value }) => value), children };
  const value: Record<string, Plain> = {};
  for (const [key, child] of children) value[String(key)] = child.value;
  return { ...node, value, children, keys };
}

/** A map with one more key, or with another value for it. */
export function withKey(node: Located, key: string, child: Located, keyPlace: Place): Located {
  const children = new Map(node.children).set(key, child);
  return withChildren(node, children, new Map(node.keys).set(key, keyPlace));
}

export function withoutKeys(node: Located, names: readonly string[]): Located {
  const children = new Map(node.children);
  const keys = new Map(node.keys);
  for (const name of names) {
    children.delete(name);
    keys.delete(name);
  }
  return withChildren(node, children, keys);
}

/** A list with items at its end. */
export function withItems(list: Located, items: readonly Located[]): Located {
  const children = new Map(list.children);
  for (const item of items) children.set(children.size, item);
  return withChildren(list, children);
}

export function mistakeAt(root: Located, path: readonly PathPart[], message: string, hint: string): Mistake {
  return { ...placeOf(root, path), path: pathText(path), message, hint };
}

/** One that stands at a key itself. */
export function mistakeAtKey(root: Located, path: readonly string[], message: string, hint: string): Mistake {
  const before = path.slice(0, -1);
  let at: Located | undefined = root;
  for (const part of before) at = at?.children.get(part);
  const place = at?.keys.get(path.at(-1) ?? '') ?? placeOf(root, path);
  return { ...place, path: pathText(path), message, hint };
}
