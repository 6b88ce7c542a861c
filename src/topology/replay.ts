import type { PlaceConfig, ServiceConfig } from '../config/scenario.ts';
import type { Service } from '../core/service.ts';
import { Recording } from '../engine/replay/recording.ts';
import { ReplayService } from '../service/replay.ts';
import type { World } from './world.ts';

/** A recording in the place of a service; it is read once, however often its host crashes. */
export function replayMaker(
  { name }: ServiceConfig,
  place: Extract<PlaceConfig, { kind: 'replay' }>,
  ports: readonly number[],
  { contents }: World,
): () => Service {
  const datagrams = contents.recording?.(place.recording) ?? [];
  const recording = new Recording(datagrams, { addresses: place.recordedAs, ports });
  return () => new ReplayService({ name, recording });
}
