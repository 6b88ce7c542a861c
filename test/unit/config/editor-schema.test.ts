import { describe, expect, test } from 'vitest';
import { scenarioSchema } from '../../../src/config/editor-schema.ts';

interface Node {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly maximum?: number;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node | readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

const SCHEMA = JSON.parse(JSON.stringify(scenarioSchema())) as {
  readonly $schema: string;
  readonly then: Node;
  readonly else: Node;
  readonly definitions: Readonly<Record<string, Node>>;
};

function resolved(node: Node): Node {
  const name = node.$ref?.replace('#/definitions/', '');
  return name === undefined ? node : resolved(SCHEMA.definitions[name]!);
}

/** What is under a node, key by key; `*` is any name, a number a choice of several. */
function at(node: Node, ...keys: readonly (string | number)[]): Node {
  return keys.reduce((found: Node, key) => {
    const { properties, additionalProperties, items, anyOf, oneOf } = resolved(found);
    if (typeof key === 'number') return (anyOf ?? oneOf)![key]!;
    return key === '*' ? ((additionalProperties ?? items) as Node) : properties![key]!;
  }, node);
}

describe('the JSON Schema for editors', () => {
  test('has the keys and their bounds', () => {
    expect(SCHEMA.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(SCHEMA.else.required).toEqual(['headend', 'name', 'net']);
    expect(SCHEMA.else.additionalProperties).toBe(false);
    expect(at(SCHEMA.else, 'seed').maximum).toBe(0xffff_ffff);
  });

  test('says of each key what it is for', () => {
    const silent: string[] = [];
    const walk = (node: Node, path: string, depth: number): void => {
      const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [] } = resolved(node);
      if (depth > 12) return;
      for (const [key, child] of Object.entries(properties)) {
        // These say which kind it is, and the kind is described.
        if (resolved(child).description === undefined && key !== 'kind' && key !== 'do')
          silent.push(`${path}.${key}`);
        walk(child, `${path}.${key}`, depth + 1);
      }
      for (const child of [additionalProperties, items, ...anyOf, ...oneOf].flat())
        if (typeof child === 'object') walk(child, `${path}[]`, depth + 1);
    };
    walk(SCHEMA.else, '', 0);
    expect(silent).toEqual([]);
  });

  test('takes a param where a number, a choice or a text of some form belongs', () => {
    const count = at(SCHEMA.else, 'devices', '*', 1, 'count');
    expect(count.type).toEqual(['integer', 'string']);
    expect('${modems}').toMatch(new RegExp(count.pattern!));
    const delay = at(SCHEMA.else, 'net', '*', 0, 'delay');
    expect('${delay}').toMatch(new RegExp(delay.pattern!));
    expect('soon').not.toMatch(new RegExp(delay.pattern!));
    expect(at(SCHEMA.else, 'expect', '*', 'level', 1).pattern).toBe('\\$\\{');
  });

  test('takes parts, and null, in a file that extends another', () => {
    expect(SCHEMA.then.required).toEqual(['extends']);
    expect(SCHEMA.then.additionalProperties).toBe(false);
    const modem = resolved(at(SCHEMA.then, 'devices', '*', 1));
    expect(modem.required).toBeUndefined();
    expect(modem.type).toEqual(['object', 'null']);
    expect(modem.additionalProperties).toBe(false);
    expect(at(modem, 'count').type).toEqual(['integer', 'string', 'null']);
    // What is added to the timeline is whole.
    expect(resolved(at(SCHEMA.then, 'timeline', '*', 0)).required).toContain('at');
  });
});
