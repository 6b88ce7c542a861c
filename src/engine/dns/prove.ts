import type { Asker } from '../../store/routing.ts';
import type { RRset, Zone } from '../../store/zone.ts';
import type { Denial } from '../../store/zone-security.ts';
import type { Answer, AnswerSection } from './answer.ts';

/** Adds a set, and its signatures behind it for who asks for them: RFC 4035 §3.1.1. */
export function addSigned(
  zone: Zone,
  owner: Uint8Array,
  rrset: RRset,
  asker: Asker,
  section: AnswerSection,
): void {
  section.add(owner, rrset);
  if (!asker.dnssecOk) return;
  const signatures = zone.security?.signatures(rrset, owner, asker.now);
  if (signatures !== undefined) section.add(owner, signatures);
}

/** The SOA of a negative answer (RFC 2308 §3), and the proof of it where `denial` says that one is asked for. */
export function deny(zone: Zone, denial: Denial | undefined, { now }: Asker, out: Answer): void {
  const { authorities } = out;
  const soa = zone.negativeSoaAt(now);
  authorities.add(zone.apex.octets, soa);
  if (denial === undefined || zone.security === undefined) return;
  const signatures = zone.security.signatures(soa, zone.apex.octets, now);
  if (signatures !== undefined) authorities.add(zone.apex.octets, signatures);
  zone.security.prove(denial, authorities, now);
}
