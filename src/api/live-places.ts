import type { Mistake } from '../config/mistakes.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type { Place } from '../config/place.ts';
import type { LiveDeviceConfig, Scenario } from '../config/scenario.ts';
import { escapeText, nearest } from '../core/text.ts';
import { UsageError } from './failure.ts';

interface LiveDevice {
  readonly name: string;
  readonly on: string;
  readonly live: LiveDeviceConfig;
}

function liveDevices({ devices }: Scenario): readonly LiveDevice[] {
  return devices.flatMap((device) => {
    if (device.kind !== 'cable-modem' && device.kind !== 'host') return [];
    const { name, on, live } = device;
    return live === undefined ? [] : [{ name, on, live }];
  });
}

/** What of a scenario is real, and where the file says so. */
function liveParts(scenario: Scenario): readonly {
  readonly path: string;
  readonly at: Place;
  readonly who: LiveDeviceConfig['who'];
}[] {
  return [
    ...scenario.services.flatMap(({ name, place }) =>
      place.kind === 'live' ? [{ path: `services.${name}.place`, at: place.at, who: 'real' as const }] : [],
    ),
    ...liveDevices(scenario).map(({ name, live: { at, who } }) => ({
      path: `devices.${name}.place`,
      at,
      who,
    })),
  ];
}

/** The simulation has nobody in the place of what is real. Throws `ScenarioError`. */
export function refuseLiveParts(scenario: Scenario): void {
  const mistakes = liveParts(scenario).map(({ path, at, who }): Mistake => ({
    ...at,
    path,
    message: `it is ${who === 'real' ? 'real' : "another headend's"}, and a simulation has no clock that it would follow`,
    hint: 'headend run --mode live runs it; or write place: virtual',
  }));
  if (mistakes.length > 0) throw new ScenarioError(scenario.fileName, mistakes);
}

/**
 * The interface of each real device: of `--interface WHERE=NAME` those of a device or of all on a segment, or `NAME` alone, for all;
 * then those of the file. Throws `UsageError`, or `ScenarioError` where nothing says it.
 */
export function plugsOf(scenario: Scenario, flags: readonly string[]): ReadonlyMap<string, string> {
  const plugs = new Map(plugsOfFlags(scenario, flags));
  const mistakes: Mistake[] = [];
  const wires = new Map<string, string>();
  for (const { name, on, live } of liveDevices(scenario)) {
    const at = { ...live.at, path: `devices.${name}.place` };
    const plug = plugs.get(name) ?? live.interface;
    const wire = wires.get(on);
    if (plug === undefined)
      mistakes.push({
        ...at,
        message: 'nothing says on which interface of this machine it is',
        hint: `write interface: beside it, or headend run --mode live --interface ${on}=NAME`,
      });
    else if (wire !== undefined && wire !== plug)
      // The kernel has one way to the addresses of a network.
      mistakes.push({
        ...at,
        message: `it is on ${shown(plug)}, and others of ${on} are on ${shown(wire)}: a segment is on one interface`,
        hint: 'join the two by a bridge (ip link add br0 type bridge), and name that',
      });
    else {
      plugs.set(name, plug);
      wires.set(on, plug);
    }
  }
  if (mistakes.length > 0) throw new ScenarioError(scenario.fileName, mistakes);
  return plugs;
}

/** The interfaces of real devices that the flags say, the closer word first; throws `UsageError` for one that fits none. */
export function plugsOfFlags(scenario: Scenario, flags: readonly string[]): ReadonlyMap<string, string> {
  const devices = liveDevices(scenario);
  const plugs = new Map<string, string>();
  for (const text of flags) {
    const [where, named] = plugIn(text);
    const fitting = devices.filter(({ name, on }) => where === undefined || where === name || where === on);
    if (fitting.length === 0) throw new UsageError(unknownPlug(text, where, devices));
    for (const { name } of fitting) if (where === name || !plugs.has(name)) plugs.set(name, named);
  }
  return plugs;
}

/** What a flag says: where, left out for all, and the interface's name. Throws `UsageError`. */
export function plugIn(text: string): readonly [string | undefined, string] {
  const [where, named] = text.includes('=') ? halves(text) : [undefined, text];
  if (named === '') throw new UsageError(`--interface ${shown(text)} names no interface: write hfc=veth0`);
  return [where, named];
}

export function hasLiveDevices(scenario: Scenario): boolean {
  return liveDevices(scenario).length > 0;
}

function halves(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

function unknownPlug(text: string, where: string | undefined, devices: readonly LiveDevice[]): string {
  if (devices.length === 0)
    return `--interface ${shown(text)}: no device of this file is real: give one place: live`;
  const names = [...new Set(devices.flatMap(({ name, on }) => [name, on]))];
  const near = where === undefined ? undefined : nearest(where, names);
  const hint = near === undefined ? `there are ${names.join(', ')}` : `did you mean "${near}"?`;
  return `--interface ${shown(text)}: no real device has that name, or is on such a segment: ${hint}`;
}

function shown(text: string): string {
  return escapeText(text.slice(0, 60));
}
