import type { Observed } from './observed.ts';

/** What three people see who do not speak to each other. Texts are safe to show. */
export interface Sides {
  /** At the modems: how many are in a state, and what they log. */
  readonly modems: readonly string[];
  readonly cmts: readonly string[];
  /** Each server by name: what it was asked, and what it answered. */
  readonly servers: readonly string[];
}

const LOGS_MAX = 4;
/** Event codes as a modem logs them begin so: `D01.0`. */
const EVENT = /^[A-Z]\d\d\.\d/;

export function sidesOf(seen: Observed): Sides {
  const states = new Map<string, number>();
  const shown = new Map<string, number>();
  const events = new Map<string, number>();
  for (const boot of seen.boots()) {
    if (boot.state !== '') states.set(boot.state, (states.get(boot.state) ?? 0) + 1);
    if (boot.cmtsState !== '') shown.set(boot.cmtsState, (shown.get(boot.cmtsState) ?? 0) + 1);
    for (const { says } of boot.log.keys())
      if (EVENT.test(says)) events.set(says.slice(0, 5), (events.get(says.slice(0, 5)) ?? 0) + 1);
  }
  const logged = [...events].slice(0, LOGS_MAX).map(([code, count]) => `${count} logged ${code}`);
  return {
    modems: [...counted(states), ...logged],
    cmts: counted(shown),
    servers: seen.serverHosts().map(({ name, service, address }) => {
      const peer = seen.peerAt(service, address);
      return `${name}: ${peer?.heard ?? 0} requests heard, ${peer?.answered ?? 0} answers sent`;
    }),
  };
}

function counted(counts: ReadonlyMap<string, number>): readonly string[] {
  return [...counts].map(([state, count]) => `${count} ${state}`);
}
