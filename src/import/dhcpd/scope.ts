import type { Expression } from '../conditions.ts';
import { testsOf } from '../conditions.ts';
import type { Draft, DraftClass, DraftLease, Told } from '../draft.ts';
import { isNothing, tellOver } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import { parseCondition } from './expression.ts';
import type { DhcpdClasses } from './classes.ts';
import type { DhcpdDefinitions } from './options.ts';
import { Settings } from './settings.ts';
import type { Statement } from './tree.ts';

/** What is known while a file is read. */
export interface DhcpdContext {
  readonly draft: Draft;
  readonly definitions: DhcpdDefinitions;
  readonly classes: DhcpdClasses;
  readonly notes: Notes;
  /** Who a host declaration speaks of. */
  known: Expression | undefined;
  /** `use-host-decl-names on`. */
  usesHostNames: boolean;
}

/** A level and those around it. */
export class Scope {
  readonly settings: Settings;
  readonly outer: Scope | undefined;
  /** `deny unknown-clients` of this level; undefined: it does not say. */
  deniesUnknown: boolean | undefined;

  constructor(outer: Scope | undefined, settings = new Settings()) {
    this.outer = outer;
    this.settings = settings;
  }

  /** By the innermost level that says. */
  get knownOnly(): boolean {
    return this.deniesUnknown ?? this.outer?.knownOnly ?? false;
  }

  /** Outermost first. */
  get chain(): readonly Scope[] {
    return this.outer === undefined ? [this] : [...this.outer.chain, this];
  }

  told(context: DhcpdContext): Told {
    return tellOver(...this.#levels(context));
  }

  /** Without what the whole file says: what a host of a group is told beside that. */
  toldInside(context: DhcpdContext): Told {
    return tellOver(...this.#levels(context).slice(1));
  }

  #levels(context: DhcpdContext): readonly Told[] {
    return this.chain.map((scope, index, all) => {
      const outer = all.slice(0, index).map(({ settings }) => settings);
      return scope.settings.told(outer, context);
    });
  }

  get lease(): DraftLease {
    const settings = this.chain.map((scope) => scope.settings);
    const last = (key: 'defaultSeconds' | 'minSeconds' | 'maxSeconds'): number | undefined =>
      settings.findLast((each) => each[key] !== undefined)?.[key];
    const maxSeconds = last('maxSeconds') ?? MAX_SECONDS;
    // dhcpd gives nobody more than the most.
    return {
      defaultSeconds: Math.min(last('defaultSeconds') ?? DEFAULT_SECONDS, maxSeconds),
      minSeconds: last('minSeconds') ?? MIN_SECONDS,
      maxSeconds,
    };
  }

  /** What the `if`s of this level and those around it tell, what goes before first. */
  conditionalClasses(context: DhcpdContext): readonly DraftClass[] {
    const list: DraftClass[] = [];
    const levels = this.#levels(context);
    for (const [index, scope] of this.chain.entries()) {
      const outer = this.chain.slice(0, index + 1).map(({ settings }) => settings);
      const inner = tellOver(...levels.slice(index + 1));
      const own = scope.settings.conditionals.flatMap(({ origin, expression, settings }) => {
        const told = withoutWhat(settings.told(outer, context), inner);
        return isNothing(told)
          ? []
          : classesFor(`if, line ${origin.line}`, origin, expression, told, context);
      });
      list.unshift(...own.toReversed());
    }
    return list;
  }
}

/** dhcpd's own defaults. */
const DEFAULT_SECONDS = 43_200;
const MAX_SECONDS = 86_400;
const MIN_SECONDS = 300;

function withoutWhat(told: Told, inner: Told): Told {
  return {
    options: new Map([...told.options].filter(([code]) => !inner.options.has(code))),
    server: inner.server === undefined ? told.server : undefined,
    file: inner.file === undefined ? told.file : undefined,
  };
}

/** One class for each test of an expression; none after a note, when a scenario cannot ask it. */
export function classesFor(
  name: string,
  origin: Origin,
  expression: Expression | undefined,
  told: Told,
  { notes }: Pick<DhcpdContext, 'notes'>,
): readonly DraftClass[] {
  const tests = expression && testsOf(expression);
  if (tests === undefined)
    notes.warn(
      origin,
      `what "${name}" says was not taken over: who it is for cannot be said here`,
      'write classes: with when: by hand',
    );
  return (tests ?? []).map((test) => ({ origin, name, test, told }));
}

/** Reads an `if` and the `elsif`s and `else` after it, from `at` on; gives how many statements they are. */
export function readConditional(
  statements: readonly Statement[],
  at: number,
  settings: Settings,
  context: DhcpdContext,
): number {
  const before: (Expression | undefined)[] = [];
  let count = 0;
  for (const statement of statements.slice(at)) {
    const words = statement.tokens.map(({ text }) => text.toLowerCase());
    const isElse = words[0] === 'else';
    const isElsif = words[0] === 'elsif' || (isElse && words[1] === 'if');
    if (count > 0 && !isElse && !isElsif) break;
    count++;
    const skip = words[0] === 'else' && words[1] === 'if' ? 2 : 1;
    const own =
      isElse && !isElsif
        ? ({ kind: 'always' } as const)
        : parseCondition(statement.tokens.slice(skip), context.definitions, context);
    addConditional(statement, settings, conjunction(own, before), context);
    before.push(own && { kind: 'not', of: own });
    if (isElse && !isElsif) break;
  }
  return count;
}

function conjunction(
  own: Expression | undefined,
  before: readonly (Expression | undefined)[],
): Expression | undefined {
  const of = [own, ...before].filter((each) => each !== undefined);
  return of.length === before.length + 1 ? { kind: 'and', of } : undefined;
}

function addConditional(
  { origin, block }: Statement,
  settings: Settings,
  expression: Expression | undefined,
  context: DhcpdContext,
): void {
  const own = new Settings();
  const statements = block ?? [];
  const nested = new Settings();
  for (let at = 0; at < statements.length; at++) {
    const statement = statements[at];
    if (statement === undefined) continue;
    if (statement.keyword === 'if') at += readConditional(statements, at, nested, context) - 1;
    else if (!own.take(statement, context))
      context.notes.warn(statement.origin, `"${statement.keyword}" in an if was not taken over`);
  }
  if (own.setsLease)
    context.notes.warn(
      origin,
      'a lease time in an if was not taken over',
      'a lease has one length in a subnet here',
    );
  if (own.tells) settings.conditionals.push({ origin, expression, settings: own });
  else if (expression === undefined && nested.conditionals.length === 0)
    context.notes.warn(origin, 'the if was not taken over', 'its condition cannot be said here');
  for (const inner of nested.conditionals)
    settings.conditionals.push({
      ...inner,
      expression: inner.expression && conjunction(inner.expression, [expression]),
    });
}
