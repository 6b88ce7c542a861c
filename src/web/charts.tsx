import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { chartChoices } from './chart-data.ts';
import type { ChartData } from './chart-data.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import type { Shown } from './state.ts';
import { seconds, STEPS_S } from './time-axis.ts';

interface ChartsProps {
  readonly model: RunModel;
  readonly now: number;
  readonly width: number;
  readonly theme: Shown['theme'];
  readonly move: Moves;
}

const HEIGHT = 150;
const SHOWN = 3;

/** Three quantities over the same time: at first who is up, a queue, and what was sent again. */
export function Charts({ model, now, width, theme, move }: ChartsProps) {
  const choices = useMemo(() => chartChoices(model), [model]);
  const [chosen, setChosen] = useState<readonly string[]>(() =>
    choices.slice(0, SHOWN).map(({ name }) => name),
  );
  if (choices.length === 0 || width === 0) return null;
  const each = Math.floor((width - 48) / Math.min(choices.length, SHOWN)) - 12;
  return (
    <div class="charts">
      {chosen.map((name, index) => {
        const data = choices.find((one) => one.name === name);
        return data === undefined ? null : (
          <figure key={index} style={{ width: `${each}px` }}>
            <figcaption>
              <select
                aria-label={`Chart ${index + 1}`}
                value={name}
                onChange={({ currentTarget: { value } }) =>
                  setChosen((before) => before.map((one, at) => (at === index ? value : one)))
                }
              >
                {choices.map((choice) => (
                  <option key={choice.name} value={choice.name}>
                    {choice.name}
                  </option>
                ))}
              </select>{' '}
              <output>{valueAt(data, now)}</output>
            </figcaption>
            <Chart data={data} now={now} width={each} theme={theme} move={move} />
          </figure>
        );
      })}
    </div>
  );
}

/** The last value until a moment. */
function valueAt({ x, y }: ChartData, now: number): string {
  const at = now / 1_000_000;
  let value: number | null = null;
  for (let index = 0; index < x.length && (x[index] ?? 0) <= at; index++) value = y[index] ?? value;
  return value === null ? '' : value.toLocaleString('en');
}

interface ChartProps extends Omit<ChartsProps, 'model'> {
  readonly data: ChartData;
}

function Chart({ data, now, width, theme, move }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const moment = useRef(now);
  useEffect(() => {
    const { current } = box;
    if (current === null) return undefined;
    const made = new uPlot(
      optionsOf(current, data, width, moment, move),
      [[...data.x], [...data.y]],
      current,
    );
    plot.current = made;
    return () => made.destroy();
  }, [data, width, theme, move]);
  useEffect(() => {
    moment.current = now;
    plot.current?.redraw(false, false);
  }, [now]);
  return <div class="chart" ref={box} role="img" aria-label={`${data.name} over time: ${summary(data)}`} />;
}

function summary({ y }: ChartData): string {
  let most = 0;
  for (const value of y) most = Math.max(most, value ?? 0);
  return `at most ${most.toLocaleString('en')}, at last ${(y.at(-1) ?? 0).toLocaleString('en')}`;
}

function optionsOf(
  box: HTMLElement,
  data: ChartData,
  width: number,
  moment: { readonly current: number },
  move: Moves,
): uPlot.Options {
  const styles = getComputedStyle(box);
  const colour = (name: string): string => styles.getPropertyValue(name);
  const axis = {
    stroke: colour('--ink'),
    grid: { stroke: colour('--line'), width: 1 },
    font: '18px system-ui, sans-serif',
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: [0, data.end] },
      y: { range: (_self, _low, high) => [0, Math.max(high * 1.1, 1)] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        incrs: [...STEPS_S],
        values: (_self, at) => at.map((one) => seconds(one * 1_000_000)),
        space: 110,
      },
      { ...axis, size: 74, values: (_self, at) => at.map(shortNumber), space: 36 },
    ],
    series: [
      {},
      {
        stroke: colour('--accent'),
        fill: colour('--accent-soft'),
        width: 2,
        points: { show: false },
        ...(stepped === undefined ? {} : { paths: stepped }),
      },
    ],
    hooks: {
      draw: [(self) => drawMoment(self, moment.current, colour('--now'))],
      ready: [
        (self) =>
          self.over.addEventListener('click', () =>
            move.toMoment(Math.round(self.posToVal(self.cursor.left ?? 0, 'x') * 1_000_000)),
          ),
      ],
    },
  };
}

function shortNumber(value: number): string {
  return value >= 10_000 ? `${Number((value / 1_000).toFixed(1))}k` : String(value);
}

/** The same line as in the timeline. */
function drawMoment(plot: uPlot, at: number, colour: string): void {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at / 1_000_000, 'x', true);
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}
