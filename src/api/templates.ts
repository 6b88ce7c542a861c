import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromYaml } from '../config/yaml-text.ts';
import { equalOctets } from '../core/bytes.ts';
import { nearest } from '../core/text.ts';
import { INCIDENTS } from '../report/incidents.ts';
import { FileError, UsageError } from './failure.ts';
import { readOctets, readText, writeOctets } from './files.ts';
import { loadCells, scenarioSlug } from './load-scenario.ts';

/** Where the shipped scenarios are: beside src and beside dist. */
const SCENARIOS = new URL('../../scenarios/', import.meta.url);
/** Far above any of them. */
const OCTETS_MAX = 1024 * 1024;

/** The path of a shipped scenario, by its path there. */
export function shippedScenario(path: string): string {
  return fileURLToPath(new URL(path, SCENARIOS));
}

/** A shipped scenario that one's own may begin as. */
export interface Template {
  readonly name: string;
  /** One sentence. */
  readonly about: string;
  readonly path: string;
}

/** Scenarios by name, then the incidents of lessons by number. */
export function listTemplates(): readonly Template[] {
  return [...shippedByName()].map(([name, path]) => {
    const incident = INCIDENTS.find((one) => one.name === name);
    return { name, about: incident?.title ?? aboutOf(path), path };
  });
}

/** The paths of all that are shipped. */
function shippedByName(): ReadonlyMap<string, string> {
  const paths = ['', 'incidents/'].flatMap((folder) => {
    const root = shippedScenario(folder);
    const names = readdirSync(root).filter((name) => name.endsWith('.yaml'));
    return names.sort().map((name) => join(root, name));
  });
  return new Map(paths.map((path) => [templateName(path), path]));
}

/** An incident is called without its number. */
function templateName(path: string): string {
  return scenarioSlug(path).replace(/^\d+-/, '');
}

/** The first sentence of what a scenario says of itself. */
function aboutOf(path: string): string {
  const { value } = fromYaml(readText(path, OCTETS_MAX), path);
  const about = typeof value === 'object' && value !== null && 'about' in value ? value['about'] : undefined;
  const text = typeof about === 'string' ? about.trim() : '';
  return /^.*?[.?!](?=\s|$)/s.exec(text)?.[0] ?? text;
}

export interface CopiedTemplate {
  readonly path: string;
  /** What it names, as it was written beside it. */
  readonly files: readonly string[];
  /** Whether a run of it is many runs. */
  readonly isMatrix: boolean;
}

/** Copies a template, and what it names to the same places beside it; nothing is written where something else is, unless `force`. */
export function copyTemplate(name: string, path: string | undefined, force: boolean): CopiedTemplate {
  const from = pathOf(name);
  const slug = templateName(from);
  const to = path ?? `${slug}.yaml`;
  const cells = loadCells(from);
  const named = new Set(
    cells.flatMap(({ scenario, bases }) => [...bases, ...scenario.files.map((file) => file.path)]),
  );
  const files = [...named]
    .flatMap((file) => filesAt(join(dirname(from), file)))
    .map((file): Copy => ({
      from: file,
      to: join(dirname(to), relative(dirname(from), file)),
    }));
  const all = [{ from, to }, ...files].filter((copy) => !isThere(copy));
  const inTheWay = force ? undefined : all.find((copy) => existsSync(copy.to));
  if (inTheWay !== undefined)
    throw new FileError(
      inTheWay.to,
      'there is another file of that name already',
      `name another folder, such as init --from ${slug} ${slug}/${basename(to)}, or write over it with --force`,
    );
  for (const copy of all) writeOctets(copy.to, readOctets(copy.from, OCTETS_MAX));
  return { path: to, files: files.map((copy) => copy.to), isMatrix: cells.length > 1 };
}

/** By its name, or the path that it has here. */
function pathOf(text: string): string {
  const paths = shippedByName();
  const name = templateName(text);
  const path = paths.get(name);
  if (path !== undefined) return path;
  const near = nearest(name, paths.keys());
  const hint = near === undefined ? 'headend init --from lists them' : `did you mean ${near}?`;
  throw new UsageError(`there is no template "${text.slice(0, 60)}": ${hint}`);
}

interface Copy {
  readonly from: string;
  readonly to: string;
}

/** The file, or all that are in the folder. */
function filesAt(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesAt(join(path, name)));
}

/** The same octets: of another template, or of this one copied before. */
function isThere({ from, to }: Copy): boolean {
  if (resolve(from) === resolve(to)) return true;
  if (!existsSync(to) || !statSync(to).isFile()) return false;
  return (
    statSync(to).size === statSync(from).size &&
    equalOctets(readOctets(to, OCTETS_MAX), readOctets(from, OCTETS_MAX))
  );
}
