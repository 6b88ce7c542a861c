import { ALWAYS, isOpenToAll, testOf, testsOf, type DraftTest, type Expression } from '../conditions.ts';
import type { DraftClass, Told } from '../draft.ts';
import { isNothing, NOTHING_TOLD, tellUnder } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import { builtInClass, parseKeaTest } from './expression.ts';
import type { KeaObject } from './object.ts';
import { toldBy, type KeaDefinitions } from './options.ts';

interface KeaClass {
  readonly name: string;
  readonly origin: Origin;
  readonly test: string | undefined;
  readonly told: Told;
  /** It is for who asks for it by name only: `require-client-classes`. */
  readonly onlyIfRequired: boolean;
  expression: Expression | undefined | 'unknown' | 'looking';
}

/** The client classes of a Kea file. */
export class KeaClasses {
  readonly #classes = new Map<string, KeaClass>();
  readonly #notes: Notes;

  constructor(list: readonly KeaObject[], definitions: KeaDefinitions, notes: Notes) {
    this.#notes = notes;
    for (const each of list) {
      const name = each.text('name') ?? '';
      const own = each.objects('option-def');
      for (const definition of own) definitions.add(definition, notes);
      this.#classes.set(name, {
        name,
        origin: each.origin,
        test: each.text('test'),
        told: toldBy(each, definitions, notes),
        onlyIfRequired:
          (each.bool('only-if-required') ?? false) || (each.bool('only-in-additional-list') ?? false),
        expression: 'unknown',
      });
      each.done();
    }
  }

  /** What a class asks; undefined where a scenario cannot ask it. */
  expressionOf(name: string): Expression | undefined {
    const found = this.#classes.get(name);
    if (found === undefined) return builtInClass(name);
    if (found.expression === 'looking') return undefined;
    if (found.expression !== 'unknown') return found.expression;
    found.expression = 'looking';
    const expression =
      found.test === undefined
        ? builtInClass(name)
        : parseKeaTest(found.test, (other) => this.expressionOf(other));
    found.expression = expression;
    return expression;
  }

  /** The one test of all the classes; `undefined` after a note: what it guards must not be given to everybody. */
  guard(names: readonly string[], what: string, origin: Origin): DraftTest | 'everybody' | undefined {
    const of = names.map((name) => this.expressionOf(name));
    const known = of.filter((each) => each !== undefined);
    const test = known.length < of.length ? undefined : testOf({ kind: 'and', of: [ALWAYS, ...known] });
    if (test === undefined || test === 'nobody') {
      const hint = 'write when: for it by hand';
      this.#notes.warn(
        origin,
        `${what} was left out: who "${names.join('" and "')}" is cannot be said here`,
        hint,
      );
      return undefined;
    }
    return isOpenToAll(test) ? 'everybody' : test;
  }

  /** What the classes tell that nothing in `inner` tells otherwise, in their order. `required`: those asked for by name. */
  told(inner: Told, required: ReadonlySet<string>): readonly DraftClass[] {
    const list: DraftClass[] = [];
    for (const { name, origin, told, onlyIfRequired } of this.#classes.values()) {
      const rest = tellUnder(told, inner);
      if (isNothing(rest) || (onlyIfRequired && !required.has(name))) continue;
      const expression = this.expressionOf(name);
      const tests = expression && testsOf(expression);
      if (tests === undefined)
        this.#notes.warn(
          origin,
          `what the class "${name}" tells was not taken over: its test cannot be said here`,
          'write classes: with when: by hand',
        );
      for (const test of tests ?? []) list.push({ origin, name, test, told: rest });
    }
    return list;
  }

  /** What a class tells, for a reservation that names it. */
  toldOf(name: string): Told {
    return this.#classes.get(name)?.told ?? NOTHING_TOLD;
  }
}
