import { equals, type Expression, type Operand } from '../conditions.ts';
import type { DraftClass } from '../draft.ts';
import { isNothing, tellOver } from '../draft.ts';
import type { Origin } from '../notes.ts';
import { parseCondition, parseData } from './expression.ts';
import { literalOctets } from './options.ts';
import { classesFor, readConditional, type DhcpdContext } from './scope.ts';
import { Settings } from './settings.ts';
import type { Statement } from './tree.ts';

interface Subclass {
  readonly origin: Origin;
  readonly expression: Expression | undefined;
  readonly settings: Settings;
}

interface DhcpdClass {
  readonly name: string;
  readonly origin: Origin;
  readonly settings: Settings;
  /** `match if`; undefined where it cannot be said, or where there is none. */
  condition: Expression | undefined;
  hasCondition: boolean;
  /** `match`: what its subclasses give values of. */
  data: Operand | undefined;
  readonly subclasses: Subclass[];
}

/** The classes of a file, in its order. */
export class DhcpdClasses {
  readonly #classes = new Map<string, DhcpdClass>();

  readClass({ tokens, block, origin }: Statement, context: DhcpdContext): void {
    const name = tokens[1]?.text ?? '';
    const found = this.#named(name, origin);
    const statements = block ?? [];
    for (let at = 0; at < statements.length; at++) {
      const statement = statements[at];
      if (statement === undefined) continue;
      if (statement.keyword === 'if') at += readConditional(statements, at, found.settings, context) - 1;
      else if (statement.keyword === 'match') this.#match(found, statement, context);
      else if (!found.settings.take(statement, context))
        context.notes.warn(statement.origin, `"${statement.keyword}" in a class was not taken over`);
    }
    if (found.settings.setsLease)
      context.notes.warn(
        origin,
        `the lease times of the class "${name}" were not taken over`,
        'a lease has one length in a subnet here: give the class a subnet of its own with when:',
      );
  }

  /** `subclass "name" value;`, or with a block of its own. */
  readSubclass({ tokens, block, origin }: Statement, context: DhcpdContext): void {
    const found = this.#named(tokens[1]?.text ?? '', origin);
    const settings = new Settings();
    for (const statement of block ?? [])
      if (!settings.take(statement, context))
        context.notes.warn(statement.origin, `"${statement.keyword}" in a subclass was not taken over`);
    const token = tokens[2];
    const octets = token && tokens.length === 3 ? literalOctets(token) : undefined;
    const expression =
      octets === undefined || found.data === undefined
        ? undefined
        : equals(found.data, { kind: 'octets', octets });
    if (expression === undefined)
      context.notes.warn(
        origin,
        'the subclass was not taken over',
        'its class or its value cannot be said here',
      );
    else found.subclasses.push({ origin, expression, settings });
  }

  /** Who is of a class; undefined where a scenario cannot ask it. */
  expressionOf(name: string): Expression | undefined {
    const found = this.#classes.get(name);
    if (found === undefined) return undefined;
    const of = found.subclasses.map(({ expression }) => expression).filter((each) => each !== undefined);
    if (found.hasCondition && found.condition === undefined) return undefined;
    if (found.condition !== undefined) of.unshift(found.condition);
    return of.length === 0 ? undefined : { kind: 'or', of };
  }

  /** What they tell; a class goes before the level that its client is on, an earlier one before a later one. */
  drafts(context: DhcpdContext): readonly DraftClass[] {
    return [...this.#classes.values()].flatMap((each) => this.#draftsOf(each, context));
  }

  #draftsOf(found: DhcpdClass, context: DhcpdContext): readonly DraftClass[] {
    const { name, origin, settings, subclasses } = found;
    const list: DraftClass[] = [];
    for (const { origin: at, expression, settings: own } of subclasses) {
      if (!own.tells) continue;
      const told = tellOver(settings.told([], context), own.told([settings], context));
      list.push(...classesFor(name, at, expression, told, context));
    }
    const expression = this.expressionOf(name);
    for (const { origin: at, expression: inner, settings: own } of settings.conditionals.toReversed()) {
      const both = inner && expression && ({ kind: 'and', of: [expression, inner] } as const);
      list.push(...classesFor(name, at, both, own.told([settings], context), context));
    }
    const told = settings.told([], context);
    if (!isNothing(told)) list.push(...classesFor(name, origin, expression, told, context));
    return list;
  }

  #match(found: DhcpdClass, { tokens, origin }: Statement, context: DhcpdContext): void {
    if (tokens[1]?.text.toLowerCase() === 'if') {
      found.hasCondition = true;
      found.condition = parseCondition(tokens.slice(2), context.definitions, context);
      if (found.condition === undefined)
        context.notes.warn(origin, `who "${found.name}" is was not understood`, 'write when: for it by hand');
      return;
    }
    const data = parseData(tokens.slice(1), context.definitions);
    if (data === undefined)
      context.notes.warn(origin, `what "${found.name}" looks at was not understood`, 'write when: by hand');
    found.data = data;
  }

  #named(name: string, origin: Origin): DhcpdClass {
    const found = this.#classes.get(name) ?? {
      name,
      origin,
      settings: new Settings(),
      condition: undefined,
      hasCondition: false,
      data: undefined,
      subclasses: [],
    };
    this.#classes.set(name, found);
    return found;
  }
}
