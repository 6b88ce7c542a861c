import { stringify } from 'yaml';
import type { Plain } from '../core/service.ts';
import { ScenarioError } from './mistakes.ts';
import type { Place } from './place.ts';
import { isMistakes, placeOf, readSource } from './source.ts';

/** A file of plain data with the places of its values, for messages. */
export interface PlainFile {
  readonly value: Plain;
  /** The place of a path such as `upstream-service-flow[0].reference`, or of its parts; or the nearest that is there. */
  placeOf(path: string | readonly (string | number)[]): Place;
}

/** Plain data as YAML 1.2: block style, texts quoted where they would read as something else. */
export function toYaml(value: Plain): string {
  return stringify(value, { version: '1.2', schema: 'core', lineWidth: 0, aliasDuplicateObjects: false });
}

/** YAML 1.2 or JSON with the limits and messages that scenarios have. */
export function fromYaml(text: string, fileName: string): PlainFile {
  const source = readSource(text);
  if (isMistakes(source)) throw new ScenarioError(fileName, source);
  return {
    value: source.value,
    placeOf: (path) => placeOf(source, typeof path === 'string' ? partsOf(path) : path),
  };
}

function partsOf(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part));
}
