import type { Scenario } from '../config/scenario.ts';
import { readCells, readScenario } from './read-scenario.ts';

export interface Named {
  readonly text: string;
  readonly about: string;
}

/** Of a group, this many members by name: nobody chooses among more with a key. */
const MEMBERS_MAX = 20;

/** The devices and services of a scenario file; none of one that cannot be read. */
export function namesIn(path: string): readonly Named[] {
  try {
    return namesOf(readScenario(path, { reach: 'any' }).scenario);
  } catch {
    return [];
  }
}

function namesOf({ services, devices }: Scenario): readonly Named[] {
  return [
    ...services.map(({ name, kind }) => ({ text: name, about: kind })),
    ...devices.flatMap(({ name, kind, count }) => [
      { text: name, about: count === undefined ? kind : `${count} of kind ${kind}` },
      ...Array.from({ length: Math.min(count ?? 0, MEMBERS_MAX) }, (_, index) => ({
        text: `${name}[${index}]`,
        about: kind,
      })),
    ]),
  ];
}

/** What `--set` may begin with, and what its matrix offers for params. */
export function settingsIn(path: string): readonly Named[] {
  try {
    const cells = readCells(path, { reach: 'any' });
    const { params, scenario } = readScenario(path, { reach: 'any' });
    const values = new Set(
      cells.flatMap(({ cell }) => Object.entries(cell).map(([name, value]) => `${name}=${value}`)),
    );
    const keys = ['loss', 'delay', 'jitter', 'bandwidth'];
    const net = [...scenario.segments, ...scenario.links];
    return [
      ...[...values].map((text) => ({ text, about: 'a value of the matrix' })),
      ...Object.entries(params).map(([name, value]) => ({ text: `${name}=`, about: `it is ${value}` })),
      ...net.flatMap(({ name }) => keys.map((key) => ({ text: `net.${name}.${key}=`, about: '' }))),
      { text: 'seed=', about: '' },
      { text: 'duration=', about: '' },
    ];
  } catch {
    return [];
  }
}
