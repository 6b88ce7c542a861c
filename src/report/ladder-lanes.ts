import { labelOf } from './ladder-notes.ts';
import type { Hop, Row } from './ladder-rows.ts';
import type { PlantHost } from './plant.ts';

/** The owner first, then as they come in; the two ends of a link have no name in the plant and no lane. */
export function lanesOf(
  owner: PlantHost,
  rows: readonly Row[],
  plant: readonly PlantHost[],
): readonly string[] {
  const named = new Set(plant.map(({ name }) => name));
  const lanes = new Set([owner.name]);
  for (const { hops } of rows)
    for (const { from, to } of hops[0]?.from === owner.name ? hops : hops.toReversed()) {
      // A reply's hops are walked backwards, so that the router beside the owner comes before the server behind it.
      for (const name of hops[0]?.from === owner.name ? [from, to] : [to, from])
        if (name !== undefined && named.has(name)) lanes.add(name);
    }
  return [...lanes];
}

/** One arrow of a row, from lane to lane; undefined `to`: to nobody who has one. */
export interface Arrow {
  readonly from: string;
  readonly to: string | undefined;
  readonly label: string;
  readonly lost: boolean;
}

/** Crossings of one datagram through a router that went well are one long arrow; a relay's two datagrams are two. */
export function arrowsOf(hops: readonly Hop[], lanes: readonly string[]): readonly Arrow[] {
  const arrows: Arrow[] = [];
  for (const [index, hop] of hops.entries()) {
    const last = arrows.at(-1);
    const lost = hop.record.fate !== 'delivered';
    // Lost on a link: what has no lane is drawn on the way to whom it was for.
    const to =
      hop.to !== undefined && (lanes.includes(hop.to) || !lost) ? hop.to : (hop.record.target ?? hop.to);
    const arrow = { from: hop.from, to, label: labelOf(hop.record), lost };
    const isSame = hops[index - 1]?.record.packet === hop.record.packet && last?.to === hop.from;
    if (last !== undefined && isSame && (!lost || !lanes.includes(hop.from)))
      arrows[arrows.length - 1] = { ...last, to, lost };
    else arrows.push(arrow);
  }
  return arrows;
}
