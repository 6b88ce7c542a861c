import { escapeText } from '../core/text.ts';
import type { Place, Warning } from './place.ts';

/** One thing that is wrong in a person's file, and what to do about it. */
export interface Mistake extends Place {
  /** Such as `services.dhcp.subnets[0].range`; empty: the file as a whole. */
  readonly path: string;
  /** What is wrong, in one clause. */
  readonly message: string;
  /** What to write instead. */
  readonly hint: string;
}

/** All that is wrong with one scenario: exit code 2. */
export class ScenarioError extends Error {
  readonly fileName: string;
  /** By place in the file. */
  readonly mistakes: readonly Mistake[];

  constructor(fileName: string, mistakes: readonly Mistake[]) {
    super(mistakes.map((mistake) => formatMistake(fileName, mistake)).join('\n'));
    this.name = 'ScenarioError';
    this.fileName = fileName;
    this.mistakes = mistakes;
  }
}

/** `storm.yaml:5:25 net.hfc.dealy: there is no such key: did you mean "delay"?` */
export function formatMistake(fileName: string, mistake: Mistake): string {
  const { path, message, hint } = mistake;
  const subject = path === '' ? '' : `${escapeText(path)}: `;
  const remedy = hint === '' ? '' : `: ${hint}`;
  return `${formatPlace(fileName, mistake)} ${subject}${message}${remedy}`;
}

/** `storm.yaml:5:25`, or `base.yaml:5:25` in a file that it extends; a flag and a program's data have no lines: `--set spread=5:`. */
function formatPlace(fileName: string, { line, column, source }: Place): string {
  const name = escapeText(source?.name ?? fileName);
  return source === undefined || source.kind === 'file' ? `${name}:${line}:${column}` : `${name}:`;
}

/** `lab.yaml:9:7 services.dns...: warning HE-ROUTE-032: www.lab.example.: a ttl of 300 s: Set ttl to 60s or less.` */
export function formatWarning(fileName: string, warning: Warning): string {
  const { path, rule, message } = warning;
  const at = `${formatPlace(fileName, warning)} ${escapeText(path)}`;
  return `${at}: warning ${rule.id}: ${escapeText(message)}: ${rule.fix}`;
}

/** What a person typed, short enough to repeat and safe to show. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const cut = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return `"${escapeText(cut)}"`;
}
