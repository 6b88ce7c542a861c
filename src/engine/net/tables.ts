import { formatEndpoint } from '../../core/address.ts';
import type { Plain } from '../../core/service.ts';
import { type Instant, SECOND } from '../../core/time.ts';
import { formatFlow } from './flow.ts';
import type { PortTable } from './nat.ts';
import type { SessionTable } from './sessions.ts';

/** What stands in the tables of a router. */
export function tablesOf(
  sessions: SessionTable,
  ports: PortTable | undefined,
  now: Instant,
): { readonly [key: string]: Plain } {
  const shown = sessions.all().map((session) => ({
    number: session.number,
    forth: formatFlow(session.forth),
    back: formatFlow(session.back),
    phase: session.phase,
    idle_seconds_left: Math.max(0, Math.round((session.idleAt - now) / SECOND)),
  }));
  if (ports === undefined) return { sessions: shown, entries_max: sessions.entriesMax };
  const mappings = ports.all().map(({ protocol, inner, outer, isStatic, sessions: own }) => ({
    protocol,
    inner: formatEndpoint(inner),
    outer: formatEndpoint(outer),
    static: isStatic,
    sessions: own.size,
  }));
  return { sessions: shown, entries_max: sessions.entriesMax, mappings, ports_used: ports.portsUsed };
}

/** The same as one line a mapping or session, for a ladder. */
export function tableText(sessions: SessionTable, ports: PortTable | undefined): string {
  const mappings = (ports?.all() ?? []).map(
    ({ protocol, inner, outer }) => `${protocol} ${formatEndpoint(inner)} is ${formatEndpoint(outer)}`,
  );
  const flows = sessions.all().map((session) => formatFlow(session.forth));
  const parts = ports === undefined ? flows : mappings;
  return parts.length === 0 ? 'empty' : parts.join('; ');
}
