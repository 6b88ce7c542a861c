// Where segments and hosts stand when a plant is drawn: a tree of segments, each a bar with its hosts under it. The same plant and
// width always give the same drawing. Lengths are CSS pixels.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** What is to be placed: a host, or a group of hosts as one. */
export interface PlantNode {
  readonly key: string;
  readonly segments: readonly string[];
  /** How large it is where there is so much room. */
  readonly sizeIn: (room: number) => { readonly width: number; readonly height: number };
}

/** A point-to-point link between two segments. */
export interface LinkEnds {
  readonly name: string;
  readonly between: readonly string[];
}

export interface PlacedNode extends Box {
  readonly key: string;
}

export interface Bar extends Box {
  readonly segment: string;
}

/** From a node's edge to the bar of one of its segments; of a link, from its name to a bar, and along its name. */
export interface Wire {
  /** The node's key or the link's name. */
  readonly of: string;
  readonly segment: string;
  readonly points: readonly Point[];
  /** A second way between places that are joined already: it crosses what lies between. */
  readonly isSecond?: boolean;
}

export interface LinkLabel extends Point {
  readonly name: string;
}

export interface PlantLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly bars: readonly Bar[];
  readonly wires: readonly Wire[];
  readonly links: readonly LinkLabel[];
}

const BAR_HEIGHT = 34;
const BAR_WIDTH_MIN = 130;
/** Between a bar and what hangs from it, and between neighbours. */
const DROP = 18;
const GAP = 12;
/** Left of rows that are not the first: their wires come down there. */
const GUTTER = 16;
const LINK_HEIGHT = 30;

/** A part of the drawing with its own origin. Where a wire may reach it from above: anywhere from `from` to `to`, at its top. */
interface Block extends PlantLayout {
  readonly from: number;
  readonly to: number;
  /** Whose wire it is that comes from above. */
  readonly wire: Pick<Wire, 'of' | 'segment'>;
}

interface Child {
  readonly node?: PlantNode | undefined;
  readonly link?: LinkEnds | undefined;
  readonly segments: readonly string[];
}

export function layoutPlant(
  segments: readonly string[],
  nodes: readonly PlantNode[],
  links: readonly LinkEnds[],
  width: number,
): PlantLayout {
  const drawing = new Drawing(segments, nodes, links);
  const blocks = drawing.roots().map((segment) => drawing.segment(segment, width));
  const tree = stack(blocks);
  const second = [...secondWires(tree, nodes), ...secondLinks(tree, links)];
  return { ...tree, wires: [...tree.wires, ...second] };
}

/** Of nodes to those of their segments that the tree has not joined them with. */
function secondWires(tree: PlantLayout, nodes: readonly PlantNode[]): readonly Wire[] {
  return nodes.flatMap(({ key, segments }) => {
    const box = tree.nodes.find((node) => node.key === key);
    if (box === undefined) return [];
    return segments.flatMap((segment): Wire[] => {
      const bar = tree.bars.find((one) => one.segment === segment);
      const isJoined = tree.wires.some((wire) => wire.of === key && wire.segment === segment);
      if (bar === undefined || isJoined) return [];
      const isAbove = bar.y < box.y;
      const from = { x: box.x + box.width - DROP, y: isAbove ? box.y : box.y + box.height };
      const x = Math.min(Math.max(from.x, bar.x + DROP), bar.x + bar.width - DROP);
      const to = { x, y: isAbove ? bar.y + bar.height : bar.y };
      return [{ of: key, segment, points: [from, to], isSecond: true }];
    });
  });
}

function endOf({ x, y, width, height }: Bar): Point {
  return { x: x + width - DROP, y: y + height / 2 };
}

/** Of links whose two ends the tree has joined in another way. */
function secondLinks(tree: PlantLayout, links: readonly LinkEnds[]): readonly Wire[] {
  return links.flatMap(({ name, between }): Wire[] => {
    const [one, other] = between.map((segment) => tree.bars.find((bar) => bar.segment === segment));
    if (one === undefined || other === undefined || tree.links.some((link) => link.name === name)) return [];
    return [{ of: name, segment: name, points: [endOf(one), endOf(other)], isSecond: true }];
  });
}

/** Walks the segments breadth first, so that each hangs by its shortest way from the one with the most hosts. */
class Drawing {
  readonly #segments: readonly string[];
  readonly #nodes: readonly PlantNode[];
  readonly #links: readonly LinkEnds[];
  readonly #placed = new Set<string>();
  readonly #drawn = new Set<string>();
  readonly #children = new Map<string, readonly Child[]>();

  constructor(segments: readonly string[], nodes: readonly PlantNode[], links: readonly LinkEnds[]) {
    this.#segments = segments;
    this.#nodes = nodes;
    this.#links = links;
  }

  roots(): readonly string[] {
    const hosts = (segment: string): number =>
      this.#nodes.filter((node) => node.segments.includes(segment)).length;
    const roots: string[] = [];
    for (const first of this.#segments.toSorted((a, b) => hosts(b) - hosts(a))) {
      if (this.#placed.has(first)) continue;
      roots.push(first);
      this.#walk(first);
    }
    return roots;
  }

  #walk(root: string): void {
    this.#placed.add(root);
    const waiting = [root];
    for (let segment = waiting.shift(); segment !== undefined; segment = waiting.shift()) {
      const children = this.#childrenOf(segment);
      this.#children.set(segment, children);
      waiting.push(...children.flatMap((child) => child.segments));
    }
  }

  /** Its hosts, then those that lead on, with the segments that they lead to. */
  #childrenOf(segment: string): readonly Child[] {
    const take = (ends: readonly string[]): readonly string[] => {
      const fresh = ends.filter((one) => this.#segments.includes(one) && !this.#placed.has(one));
      for (const one of fresh) this.#placed.add(one);
      return fresh;
    };
    const nodes = this.#nodes
      .filter(({ key, segments }) => segments.includes(segment) && !this.#drawn.has(key))
      .map((node): Child => {
        this.#drawn.add(node.key);
        return { node, segments: take(node.segments) };
      });
    const links = this.#links
      .filter(({ name, between }) => between.includes(segment) && !this.#drawn.has(name))
      .map((link): Child => ({ link, segments: take(link.between) }))
      .filter((child) => child.segments.length > 0);
    for (const { link } of links) if (link !== undefined) this.#drawn.add(link.name);
    const leads = (child: Child): number => (child.segments.length > 0 ? 1 : 0);
    return [...nodes.toSorted((a, b) => leads(a) - leads(b)), ...links];
  }

  segment(segment: string, room: number, of = ''): Block {
    const children = this.#children.get(segment) ?? [];
    const inner = room - GUTTER;
    const rows = flow(
      children.map((child) => this.#child(child, segment, inner)),
      inner,
    );
    const width = Math.max(BAR_WIDTH_MIN, ...rows.map((row) => row.width + GUTTER));
    const parts = hang(rows, { y: BAR_HEIGHT, at: undefined });
    const bar = { segment, x: 0, y: 0, width, height: BAR_HEIGHT };
    return {
      ...parts,
      width,
      height: Math.max(parts.height, BAR_HEIGHT),
      bars: [bar, ...parts.bars],
      from: GUTTER,
      to: width - GUTTER,
      wire: { of, segment },
    };
  }

  #child({ node, link, segments }: Child, parent: string, room: number): Block {
    const of = node?.key ?? link?.name ?? '';
    const size = node?.sizeIn(room) ?? { width: BAR_WIDTH_MIN, height: LINK_HEIGHT };
    const box: Box = { x: 0, y: 0, ...size };
    const rowsIn = (width: number): readonly FlowRow[] =>
      flow(
        segments.map((segment) => this.segment(segment, width, of)),
        width,
      );
    const oneRow = rowsIn(room);
    const rows = oneRow.length > 1 ? rowsIn(room - GUTTER) : oneRow;
    const middle = node === undefined ? GUTTER : box.width / 2;
    const parts = hang(rows, { y: box.height, at: middle });
    return {
      ...parts,
      width: Math.max(box.width, parts.width),
      height: Math.max(box.height, parts.height),
      nodes: node === undefined ? parts.nodes : [{ key: node.key, ...box }, ...parts.nodes],
      links: link === undefined ? parts.links : [{ name: link.name, x: GUTTER + 8, y: 0 }, ...parts.links],
      // A link has no box: its wire goes through beside its name.
      wires: node === undefined ? [...parts.wires, through(of, box.height)] : parts.wires,
      from: middle,
      to: middle,
      wire: { of, segment: parent },
    };
  }
}

/** The link itself: a wire of its own name, downwards. */
function through(of: string, height: number): Wire {
  return {
    of,
    segment: of,
    points: [
      { x: GUTTER, y: 0 },
      { x: GUTTER, y: height },
    ],
  };
}

interface FlowRow {
  readonly blocks: readonly { readonly block: Block; readonly x: number }[];
  readonly width: number;
  readonly height: number;
}

/** Side by side while there is room. */
function flow(blocks: readonly Block[], room: number): readonly FlowRow[] {
  const rows: { blocks: { block: Block; x: number }[]; width: number; height: number }[] = [];
  for (const block of blocks) {
    const last = rows.at(-1);
    const x = last === undefined ? 0 : last.width + GAP;
    if (last === undefined || x + block.width > room) {
      rows.push({ blocks: [{ block, x: 0 }], width: block.width, height: block.height });
      continue;
    }
    last.blocks.push({ block, x });
    last.width = x + block.width;
    last.height = Math.max(last.height, block.height);
  }
  return rows;
}

/**
 * Rows under what they hang from, each block with its wire up. `at`: the one place that wires come from; undefined: a bar, which
 * they reach anywhere. Rows after the first are reached along the gutter.
 */
function hang(
  rows: readonly FlowRow[],
  top: { readonly y: number; readonly at: number | undefined },
): PlantLayout {
  const parts: Parts = { nodes: [], bars: [], wires: [], links: [] };
  // Under a bar all rows stand right of the gutter; under a node they do when there are several.
  const indent = top.at === undefined || rows.length > 1 ? GUTTER : 0;
  let y = top.y;
  let width = 0;
  for (const [index, { blocks, width: rowWidth, height }] of rows.entries()) {
    const rowY = y + DROP;
    for (const { block, x: blockX } of blocks) {
      const x = blockX + indent;
      moveInto(parts, block, { x, y: rowY });
      const points = wireUp(block, { x, y: rowY }, top, index === 0);
      parts.wires.push({ ...block.wire, points: top.at === undefined ? points : points.toReversed() });
    }
    width = Math.max(width, rowWidth + indent);
    y = rowY + height;
  }
  return { ...parts, width, height: y };
}

/** Straight up where nothing is between, else along the gutter. */
function wireUp(
  { from, to }: Block,
  { x, y }: Point,
  top: { readonly y: number; readonly at: number | undefined },
  isFirstRow: boolean,
): readonly Point[] {
  const ends = { x: x + Math.min(Math.max((top.at ?? 0) - x, from), to), y };
  const turn = y - DROP / 2;
  if (!isFirstRow) {
    const trunk = top.at === undefined ? GUTTER / 2 : 4;
    return [ends, { x: ends.x, y: turn }, { x: trunk, y: turn }, { x: trunk, y: top.y }];
  }
  if (top.at === undefined || top.at === ends.x) return [ends, { x: ends.x, y: top.y }];
  return [ends, { x: ends.x, y: turn }, { x: top.at, y: turn }, { x: top.at, y: top.y }];
}

interface Parts {
  readonly nodes: PlacedNode[];
  readonly bars: Bar[];
  readonly wires: Wire[];
  readonly links: LinkLabel[];
}

function moveInto(parts: Parts, block: PlantLayout, { x, y }: Point): void {
  const moved = <T extends Point>(one: T): T => ({ ...one, x: one.x + x, y: one.y + y });
  parts.nodes.push(...block.nodes.map(moved));
  parts.bars.push(...block.bars.map(moved));
  parts.links.push(...block.links.map(moved));
  parts.wires.push(...block.wires.map((wire) => ({ ...wire, points: wire.points.map(moved) })));
}

/** What is joined by nothing, one below the other. */
function stack(blocks: readonly Block[]): PlantLayout {
  const parts: Parts = { nodes: [], bars: [], wires: [], links: [] };
  let y = 0;
  let width = 0;
  for (const block of blocks) {
    if (y > 0) y += DROP;
    moveInto(parts, block, { x: 0, y });
    y += block.height;
    width = Math.max(width, block.width);
  }
  return { ...parts, width, height: y };
}
