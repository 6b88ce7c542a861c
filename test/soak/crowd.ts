import { isDeepStrictEqual } from 'node:util';
import { watchedPackets } from '../support/crowd.ts';
import { secondsSince, type Finding } from './findings.ts';

/** A hundred modems send and are sent the same packets alone and among many of their like. */
export function soakCrowd(modems: number): readonly Finding[] {
  const startedAt = performance.now();
  const alone = watchedPackets(100);
  const among = watchedPackets(modems);
  const differ = [...alone.packets].filter(
    ([name, packets]) => !isDeepStrictEqual(among.packets.get(name), packets),
  );
  const failed = [...alone.verdicts, ...among.verdicts].filter((verdict) => verdict !== 'pass').length;
  const fault =
    failed > 0
      ? `${failed} expectations did not pass`
      : `${differ.length} modems differ, first ${differ[0]?.[0]}`;
  return [
    {
      part: 'crowd',
      what: 'modems around a hundred that notice nothing',
      count: modems,
      seconds: secondsSince(startedAt),
      note: '',
      fault: failed > 0 || differ.length > 0 ? fault : undefined,
    },
  ];
}
