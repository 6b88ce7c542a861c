import { useMemo } from 'preact/hooks';
import { labelOf } from '../report/ladder-notes.ts';
import type { Row } from '../report/ladder-rows.ts';
import type { PageGroup, PagePlace } from '../report/page/page-data.ts';
import { ALL } from './model.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import type { Past } from './past.ts';
import { layoutPlant } from './plant-layout.ts';
import type { Bar, PlacedNode, PlantLayout } from './plant-layout.ts';
import { isMapped, linesOf, plantNode } from './plant-nodes.ts';
import type { Scale } from './plant-nodes.ts';
import { pathOf, pathText } from './plant-path.ts';
import type { HopPath } from './plant-path.ts';
import { StageMark } from './stage-mark.tsx';
import { STAGE_NAMES, STAGES } from './stages.ts';
import { StateMap } from './state-map.tsx';

interface GraphProps {
  readonly model: RunModel;
  readonly move: Moves;
  readonly past: Past;
  readonly now: number;
  /** Whose ladder is shown. */
  readonly view: string;
  /** The step whose way is drawn. */
  readonly row: Row | undefined;
  readonly width: number;
  readonly scale: Scale;
}

/** The plant as a drawing: segments as bars, hosts as shapes that hang from them, the present packet on its way. */
export function PlantGraph(props: GraphProps) {
  const { model, row, width, scale } = props;
  const layout = useMemo(() => layoutOf(model, width, scale), [model, width, scale]);
  const nodeOf = (host: string): string => model.groupOf(host)?.name ?? host.replace(/@.*/, '');
  const paths = row?.hops.flatMap((hop) => pathOf(layout, hop, nodeOf) ?? []) ?? [];
  const ends = new Set(
    row?.hops.flatMap(({ from, to }) => [nodeOf(from), to === undefined ? '' : nodeOf(to)]),
  );
  return (
    <div
      class={`graph ${scale}`}
      role="group"
      aria-label="The plant: segments and the hosts on them"
      style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
    >
      <Lines layout={layout} paths={paths} />
      {layout.bars.map((bar) => (
        <BarLabel key={bar.segment} bar={bar} {...{ model, row }} />
      ))}
      {layout.links.map(({ name, x, y }) => (
        <span key={name} class="link-name" style={{ left: `${x}px`, top: `${y}px` }}>
          {name}
        </span>
      ))}
      {layout.nodes.map((node) => (
        <Node key={node.key} node={node} isEnd={ends.has(node.key)} {...props} />
      ))}
    </div>
  );
}

function layoutOf(model: RunModel, width: number, scale: Scale): PlantLayout {
  const { places } = model.data;
  return layoutPlant(
    places.filter(isSegment).map(({ name }) => name),
    model.groups.map((group) => plantNode(model, group, scale)),
    places.filter((place) => !isSegment(place)),
    width,
  );
}

function isSegment({ kind }: PagePlace): boolean {
  return kind !== 'link';
}

/** All that is no text; who cannot see it has the shapes' and bars' own words. */
function Lines({ layout, paths }: { readonly layout: PlantLayout; readonly paths: readonly HopPath[] }) {
  return (
    <svg width={layout.width} height={layout.height} aria-hidden="true">
      {layout.wires.map(({ of, segment, points, isSecond }) => (
        <path
          key={`${of} ${segment}`}
          class={isSecond === true ? 'wire second' : 'wire'}
          d={pathText(points)}
        />
      ))}
      {layout.bars.map(({ segment, x, y, width, height }) => (
        <rect key={segment} class="bar" {...{ x, y, width, height }} rx="4" />
      ))}
      {paths.map((path, index) => (
        <Passing key={index} {...path} />
      ))}
    </svg>
  );
}

/** A packet's way with its arrow; a lost one is dotted and ends in a cross. */
function Passing({ points, lost }: HopPath) {
  const end = points.at(-1);
  const before = points.at(-2);
  if (end === undefined || before === undefined) return null;
  const turn = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  return (
    <g class={lost ? 'passing lost' : 'passing'}>
      <path d={pathText(points)} />
      {lost ? (
        <path class="cross" d={`M${end.x - 7} ${end.y - 7}l14 14m0 -14l-14 14`} />
      ) : (
        <path class="head" d="M1 0l-13 -7v14z" transform={`translate(${end.x} ${end.y}) rotate(${turn})`} />
      )}
    </g>
  );
}

/** Narrower bars have no room for a message beside what they are. */
const MESSAGE_WIDTH = 260;

interface BarProps {
  readonly bar: Bar;
  readonly model: RunModel;
  readonly row: Row | undefined;
}

/** A segment's name, and the message that crosses it. */
function BarLabel({ bar: { segment, x, y, width }, model, row }: BarProps) {
  const kind = model.data.places.find(({ name }) => name === segment)?.kind;
  const hop = row?.hops.find(({ record }) => record.segment === segment);
  return (
    <p class={`bar-label ${kind ?? ''}`} style={{ left: `${x}px`, top: `${y}px`, width: `${width}px` }}>
      <b>{segment}</b>{' '}
      {(hop === undefined || width > MESSAGE_WIDTH) && (
        <small>{kind === 'cable' ? 'cable' : 'segment'}</small>
      )}
      {hop !== undefined && <span class="message">{labelOf(hop.record)}</span>}
    </p>
  );
}

interface NodeProps extends GraphProps {
  readonly node: PlacedNode;
  /** Whether the present packet comes from it or goes to it. */
  readonly isEnd: boolean;
}

function Node({ node, isEnd, model, move, past, now, view }: NodeProps) {
  const group = model.groups.find(({ name }) => name === node.key);
  if (group === undefined) return null;
  const { name, count, first, forwards, segments } = group;
  const isShown = view === name || (count > 1 && view.startsWith(`${name}[`));
  const leads = model.has(name)
    ? name
    : (model.choices.find(({ key }) => key.startsWith(`${name}[`))?.key ?? ALL);
  const { x, y, width, height } = node;
  return (
    <div
      class={`node ${forwards ? 'router' : shapeOf(group)}${isEnd ? ' end' : ''}`}
      style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}
    >
      <button type="button" class="card" aria-pressed={isShown} onClick={() => move.setView(leads)}>
        <span class="name" title={name}>
          {name}
          {count > 1 && ` ×${count.toLocaleString('en')}`}
        </span>
        {linesOf(group).map((line) => (
          <span key={line} class="line">
            {line}
          </span>
        ))}
        {count === 1 ? <State past={past} host={first} /> : <Counts past={past} group={group} />}
        <span class="said">{`, on ${segments.join(' and ')}${isEnd ? ', in this step' : ''}`}</span>
      </button>
      {isMapped(group) && <StateMap {...{ group, past, now, model, move }} width={width - 16} />}
    </div>
  );
}

/** Servers have corners, routers none, devices something between: the kind is written in them, too. */
function shapeOf({ kind }: PageGroup): string {
  return /modem|host|stub|client/.test(kind) ? 'device' : 'server';
}

function State({ past, host }: { readonly past: Past; readonly host: number }) {
  const state = past.stateOf(host);
  if (state === '') return null;
  return (
    <span class="line" title={state}>
      <StageMark stage={past.stages[host] ?? 0} /> {state}
    </span>
  );
}

function Counts({ past, group }: { readonly past: Past; readonly group: PageGroup }) {
  const counts = past.counts(group.first, group.count);
  return (
    <span class="counts">
      {STAGES.map((stage, index) =>
        (counts[index] ?? 0) === 0 ? null : (
          <span key={stage} class="count">
            <StageMark stage={index} /> {(counts[index] ?? 0).toLocaleString('en')} {STAGE_NAMES[stage]}{' '}
          </span>
        ),
      )}
    </span>
  );
}
