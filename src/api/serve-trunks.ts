import type { HostSpec, Topology } from '../core/driver.ts';
import { ConfigError } from '../core/errors.ts';
import { nearest } from '../core/text.ts';
import { hostWith } from '../topology/host-with.ts';

/** Interfaces of this machine by the cable of the file that goes on there. */
export type TrunkInterfaces = ReadonlyMap<string, string>;

/** As of `--interface`: those with a cable before them, and the others. */
export function splitInterfaces(words: readonly string[]): {
  readonly named: readonly string[];
  readonly trunks: TrunkInterfaces;
} {
  const trunks = new Map<string, string>();
  const named: string[] = [];
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 0) {
      named.push(word);
      continue;
    }
    const [cable, name] = [word.slice(0, at), word.slice(at + 1)];
    if (cable === '' || name === '')
      throw new ConfigError('--interface', word, 'a cable and an interface, such as hfc=veth0');
    if (trunks.has(cable))
      throw new ConfigError('--interface', word, `one interface for ${cable}: join several by a bridge`);
    trunks.set(cable, name);
  }
  return { named, trunks };
}

/** The hosts on those cables that another headend runs, since they are not among the `chosen`; throws `ConfigError`. */
export function hostsElsewhere(
  { hosts, segments }: Topology,
  chosen: readonly HostSpec[],
  trunks: TrunkInterfaces,
): readonly HostSpec[] {
  const names = new Set(chosen.map(({ name }) => name));
  return [...trunks].flatMap(([cable, name]) => {
    const cables = segments.filter(({ kind }) => kind === 'cable').map((segment) => segment.name);
    const given = `${cable}=${name}`;
    if (!cables.includes(cable)) {
      const near = nearest(cable, cables);
      const hint = near === undefined ? cables.join(', ') || 'the file has none' : `did you mean ${near}?`;
      throw new ConfigError('--interface', given, `the cable of a CMTS: ${hint}`);
    }
    const on = hosts.filter(({ interfaces }) => interfaces.some((own) => own.segment === cable));
    const elsewhere = on.filter((host) => !names.has(host.name));
    if (elsewhere.length === on.length)
      throw new ConfigError('--interface', given, `hosts of ${cable} that run here: name them with --only`);
    if (elsewhere.length === 0)
      throw new ConfigError(
        '--interface',
        given,
        `hosts of ${cable} that run elsewhere: --only names all of them`,
      );
    return elsewhere.map((host) => hostWith(host, { live: { kind: 'headend', interface: name } }));
  });
}
