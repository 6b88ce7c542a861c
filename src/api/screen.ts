import { plantOf } from '../report/plant.ts';
import { ScreenModel } from '../report/screen-model.ts';
import { PlantIndex } from '../scenario/plant.ts';
import { chooseHosts } from './observe.ts';
import type { RunSubject } from './run.ts';

export { FRAME_ROWS, screenLines, SCREENS } from '../report/screen-frame.ts';
export type { ScreenName } from '../report/screen-frame.ts';
export { hostRows } from '../report/screen-hosts.ts';
export type { ScreenModel } from '../report/screen-model.ts';
export { Tempo } from './tempo.ts';

/** What screens show of a run; the ladder is of the first host that is named, or of the first device behind a CMTS or router. */
export function screenModel(
  { scenario, topology, seed }: RunSubject,
  ladders: readonly string[],
): ScreenModel {
  const plant = plantOf(topology);
  const device = scenario.devices.find(({ kind }) => kind !== 'cmts' && kind !== 'router');
  const who =
    chooseHosts(plant, ladders, Infinity)[0] ?? plant.find(({ group }) => group === device?.name) ?? plant[0];
  return new ScreenModel({
    name: scenario.name,
    seed,
    topology,
    index: new PlantIndex(scenario, topology),
    who,
  });
}
