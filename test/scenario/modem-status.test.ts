import { expect, test } from 'vitest';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { parseScenario } from '../../src/config/parse.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { ScenarioRun } from '../../src/scenario/run.ts';
import { buildTopology } from '../../src/topology/build.ts';

const PLANT = `headend: 1
name: battery
duration: 2m
net: { hfc: { kind: segment, delay: 5ms }, core: { kind: segment, delay: 1ms } }
services: { dhcp: { on: core, ip: 10.0.0.67, subnets: [ { subnet: 10.9.0.0/18, relay: 10.9.0.1, range: 10.9.16.1-10.9.16.9 } ] } }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.9.0.1, helper: 10.0.0.67 }
  cm: { kind: cable-modem, on: hfc, mac: "00:10:18:00:00:01" }
timeline: [ { at: 10s, do: power-off, who: cm } ]
expect:
  - sequence: { from: 10s, within: 1s, steps: [ "CM STATUS cm>cmts mac=00:10:18:00:00:01" ] }
`;

test('a step can name the message by which a modem says that its power has gone', () => {
  const scenario = parseScenario(PLANT, 'battery.yaml');
  const contents = {
    octets: () => new Uint8Array(0),
    source: () => ({ size: 0, read: () => -1 }),
    folder: () => [],
  };
  const { epochUs } = scenario;
  const topology = buildTopology({
    scenario,
    contents,
    crypto: portableCrypto,
    seed: 1,
    epoch: { us: epochUs },
  });
  const run = new ScenarioRun({ scenario, topology, mode: 'virtual' });
  const driver = new SimDriver({ topology, seed: 1, trace: [run.trace] });
  run.start(driver);
  driver.run(run.endsAt);
  expect(run.judge(true, driver.now).map(({ verdict, detail }) => `${verdict}: ${detail}`)).toEqual([
    expect.stringMatching(/^pass: /),
  ]);
});
