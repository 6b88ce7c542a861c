// The load of the day: a process of its own, so that the server has a processor for itself. It is told the day as JSON and what to do by messages.

import { Random, streamKey } from '../../../src/core/random.ts';
import { STEADY_CLOCK } from '../../support/steady-clock.ts';
import { Clients, type Lease } from './clients.ts';
import { Download } from './downloads.ts';
import { Figures, type LoadFigures } from './figures.ts';
import { Lookups } from './lookups.ts';
import type { Day } from './plan.ts';
import { Schedule, type Clock } from './schedule.ts';

/** To the load. `pause` is answered when nothing is open any more, the others at once. */
export type Order = 'start' | 'figures' | 'pause' | 'resume' | 'leases' | 'stop';

/** From the load. */
export interface Report {
  readonly order: Order;
  readonly figures?: LoadFigures;
  readonly leases?: readonly Lease[];
}

const DRAIN_CHECK_MS = 50;
/** Downloads that a CMTS lets through at one time: the others wait for their turn. */
const DOWNLOADS_MAX = 200;

const day = JSON.parse(process.argv[2] ?? '') as Day;
const figures = new Figures();
const clock: Clock = {
  events: new Schedule(),
  patience: new Schedule(() => STEADY_CLOCK.monotonicUs() / 1_000),
};
const waiting: (() => void)[] = [];
let downloads = 0;

function begin(): void {
  const next = downloads < DOWNLOADS_MAX ? waiting.shift() : undefined;
  if (next === undefined) return;
  downloads++;
  next();
}

function done(): void {
  downloads--;
  begin();
}

const clients = await Clients.open({
  day,
  clock,
  figures,
  random: new Random(streamKey(day.seed, 'clients')),
  configured: (modem, address) => {
    waiting.push(() => {
      void new Download(modem, address, { figures, patience: clock.patience, done });
    });
    begin();
  },
});
const lookups = await Lookups.open({
  day,
  clock,
  figures,
  random: new Random(streamKey(day.seed, 'lookups')),
});

function tell(report: Report): void {
  process.send?.(report);
}

function whenDrained(then: () => void): void {
  if (figures.open === 0) then();
  else setTimeout(whenDrained, DRAIN_CHECK_MS, then);
}

process.on('message', (order: Order) => {
  switch (order) {
    case 'start':
      clients.start();
      lookups.start();
      return tell({ order });
    case 'pause':
      clock.events.isPaused = true;
      return whenDrained(() => {
        tell({ order });
      });
    case 'resume':
      clock.events.isPaused = false;
      return tell({ order });
    case 'figures':
      return tell({ order, figures: figures.take() });
    case 'leases':
      return tell({ order, leases: clients.leases() });
    default:
      clock.events.stop();
      clock.patience.stop();
      clients.close();
      lookups.close();
      process.disconnect();
  }
});
tell({ order: 'resume' });
