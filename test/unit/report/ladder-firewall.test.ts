import { expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../../src/api/scenario.ts';
import { LadderRecorder, ladderText } from '../../../src/report/ladder.ts';
import { membersOf, plantOf } from '../../../src/report/plant.ts';

async function ladderOf(scenario: string, who: string): Promise<string> {
  const prepared = prepareVirtual(loadScenario(`scenarios/${scenario}.yaml`));
  const plant = plantOf(prepared.topology);
  const recorder = new LadderRecorder(membersOf(plant, who), prepared.topology);
  await prepared.execute([recorder]);
  return recorder
    .ladders()
    .map((ladder) => ladderText(ladder, plant))
    .join('\n');
}

test('a drop stands beside the packet that was dropped, with list and line', async () => {
  const ladder = await ladderOf('tftp-through-a-firewall', 'pc2');
  expect(ladder).toMatch(
    /DATA 1.*✗ state: HE-FW-002 list answers in at wan, line 10 "deny ip any any": udp 10\.0\.0\.69/,
  );
});

test('behind NAT the ladder goes on, and says the translation and what became of the text', async () => {
  const ladder = await ladderOf('ftp-active-and-passive', 'helped');
  expect(ladder).toMatch(
    /──PORT─+┼─+▶│.*now tcp 198\.51\.100\.3:\d+ > 198\.51\.100\.21:21; .*10,8,3,10,195,101 becomes 198,51,100,3,195,101/,
  );
  expect(ladder).toMatch(/◀─*TCP-SYN─*│.*to port 50021/);
});

test('the dialogue of a stream is no repetition, a SYN that is sent again is one', async () => {
  expect(await ladderOf('ftp-active-and-passive', 'helped')).not.toContain('try 2');
  expect(await ladderOf('ftp-active-and-passive', 'walled')).toMatch(/TCP-SYN.*try 2, after 1 s/);
});

test('the tables of a router stand where they were asked for', async () => {
  expect(await ladderOf('nat-port-table', 'nat')).toMatch(
    /nat: udp 10\.8\.0\.69:69 is 192\.0\.2\.1:69; udp 10\.8\.0\.10:\d+ is 192\.0\.2\.1:4000\d/,
  );
});
