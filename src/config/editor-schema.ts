import { z } from 'zod';
import { scenarioFile } from './schema.ts';

type Node = { readonly [key: string]: unknown };

/** Texts with a `${param}` stand where a number, a choice of two, or a text of some form belongs. */
const PARAM = '\\$\\{';

/** What a file that extends another changes key by key; timeline and expect it adds to, item by whole item. */
const MERGED: ReadonlySet<string> = new Set(['net', 'services', 'devices', 'limits', 'params', 'matrix']);

/**
 * JSON Schema draft-07 of a file as it is written, for editors: params stand for values, and a file that extends another
 * says parts only, with null for what it takes out.
 */
export function scenarioSchema(): unknown {
  const made: unknown = z.toJSONSchema(scenarioFile, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
  });
  const { $schema, description, definitions, ...whole } = withParams(made) as Node;
  const { required, properties, ...rest } = whole as Node & { readonly properties: Node };
  const parts = Object.fromEntries(
    Object.entries(properties).map(([key, one]) => [key, MERGED.has(key) ? asChange(one) : orNull(one)]),
  );
  const shared = new Shared();
  const all = shared.of({
    if: { required: ['extends'] },
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
    then: { ...rest, properties: parts, required: ['extends'] },
    else: { ...rest, properties, required },
  }) as Node;
  return {
    $schema,
    description,
    type: 'object',
    ...all,
    definitions: { ...(definitions as Node | undefined), ...shared.definitions },
  };
}

/** Everything but names: what `${param}` may stand for. */
function withParams(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withParams);
  if (!isNode(node)) return node;
  const made: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node))
    made[key] = key === 'propertyNames' || key === 'do' ? value : withParams(value);
  const { type, pattern, enum: choices, ...rest } = made;
  if (type === 'string' && choices !== undefined)
    return {
      ...rest,
      anyOf: [
        { type, enum: choices },
        { type, pattern: PARAM },
      ],
    };
  if (type === 'number' || type === 'integer' || type === 'boolean') {
    if (made['const'] === undefined) Object.assign(made, { type: [type, 'string'], pattern: PARAM });
  } else if (type === 'string' && typeof pattern === 'string' && made['const'] === undefined)
    made['pattern'] = `${pattern}|${PARAM}`;
  return made;
}

/** Any part of it, or null. */
function asChange(node: unknown): unknown {
  if (!isNode(node)) return node;
  const { required: _, oneOf, ...made } = node;
  const changed: Record<string, unknown> = { ...made };
  if (isNode(made['properties']))
    changed['properties'] = Object.fromEntries(
      Object.entries(made['properties']).map(([key, one]) => [key, asChange(one)]),
    );
  if (isNode(made['additionalProperties']))
    changed['additionalProperties'] = asChange(made['additionalProperties']);
  const choices = oneOf ?? made['anyOf'];
  if (Array.isArray(choices)) changed['anyOf'] = choices.map(asChange);
  return orNull(changed);
}

function orNull(node: unknown): unknown {
  if (!isNode(node)) return node;
  if (typeof node['type'] === 'string' && node['const'] === undefined && node['enum'] === undefined)
    return { ...node, type: [node['type'], 'null'] };
  if (Array.isArray(node['type'])) return { ...node, type: [...(node['type'] as unknown[]), 'null'] };
  if (Array.isArray(node['anyOf']))
    return { ...node, anyOf: [...(node['anyOf'] as unknown[]), { type: 'null' }] };
  return node;
}

/** Pieces that stand more than once are written once. */
class Shared {
  readonly definitions: Record<string, unknown> = {};
  readonly #counts = new Map<string, number>();
  readonly #names = new Map<string, string>();

  of(root: unknown): unknown {
    this.#count(root);
    return this.#share(root, 'scenario');
  }

  #count(node: unknown): void {
    if (Array.isArray(node)) for (const item of node) this.#count(item);
    else if (isNode(node)) {
      const text = isWorthSharing(node) ? JSON.stringify(node) : '';
      this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
      for (const value of Object.values(node)) this.#count(value);
    }
  }

  #share(node: unknown, key: string): unknown {
    if (Array.isArray(node)) return node.map((item) => this.#share(item, key));
    if (!isNode(node)) return node;
    const text = isWorthSharing(node) ? JSON.stringify(node) : '';
    const isOften = text.length > SHARED_MIN && (this.#counts.get(text) ?? 0) > 1;
    const known = this.#names.get(text);
    if (isOften && known !== undefined) return { $ref: `#/definitions/${known}` };
    const made = Object.fromEntries(
      Object.entries(node).map(([part, value]) => [
        part,
        this.#share(value, KEYWORDS.has(part) ? key : part),
      ]),
    );
    if (!isOften) return made;
    const name = this.definitions[key] === undefined ? key : `${key}-${this.#names.size + 1}`;
    this.#names.set(text, name);
    this.definitions[name] = made;
    return { $ref: `#/definitions/${name}` };
  }
}

/** What is no key of a scenario's file: a piece is called after the key that it stands at. */
const KEYWORDS: ReadonlySet<string> = new Set([
  'if',
  'then',
  'else',
  'properties',
  'additionalProperties',
  'items',
  'anyOf',
  'oneOf',
]);

/** Characters: less is clearer where it stands. */
const SHARED_MIN = 400;

function isWorthSharing(node: Node): boolean {
  return isNode(node['properties']) || isNode(node['items']) || node['anyOf'] !== undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
