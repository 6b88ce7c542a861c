import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { judgeFile } from './file.ts';
import { judgeFirewall } from './firewall.ts';
import { judgeMachine } from './machine.ts';
import { judgeNetwork } from './network.ts';
import { judgePorts } from './ports.ts';
import { judgeState } from './state.ts';

/** All that can be said of a machine, in the order in which a person would look. */
export function judge(facts: Facts): readonly Finding[] {
  return [
    ...judgeMachine(facts),
    ...judgePorts(facts),
    ...judgeNetwork(facts),
    ...judgeFirewall(facts),
    ...judgeState(facts),
    ...judgeFile(facts),
  ];
}
