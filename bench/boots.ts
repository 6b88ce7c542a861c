// What one boot costs: the whole plant with ranging, relay, DHCP, time, TFTP, MICs, registration and the digest.
//   npm run bench -- boots [faults] [modems ...]        default: 10000 100000; faults: loss and delay on every cable
import { performance } from 'node:perf_hooks';
import { parseScenario } from '../src/config/parse.ts';
import { portableCrypto } from '../src/crypto/portable.ts';
import { SimDriver } from '../src/driver/sim/driver.ts';
import { ScenarioRun } from '../src/scenario/run.ts';
import { buildTopology } from '../src/topology/build.ts';

const [, , ...args] = process.argv;
const hasFaults = args[0] === 'faults';
const sizes = args.slice(hasFaults ? 1 : 0).map(Number);
const SPREAD_S = 30;
const MODEMS_PER_CMTS = 10_000;

/** A configuration of about 1.7 KB, four blocks: service flows and SNMP settings as operators have them. */
const CONFIG = [
  'network-access: true',
  'max-cpe: 16',
  'upstream-service-flow: { reference: 1, qos-parameter-set: 7, max-rate: 20000000 }',
  'downstream-service-flow: { reference: 2, qos-parameter-set: 7, max-rate: 200000000 }',
  ...Array.from(
    { length: 75 },
    (_, n) => `snmp-set: { oid: 1.3.6.1.2.1.69.1.2.1.${n % 9}.${n + 1}, integer: ${n} }`,
  ),
]
  .map((line) => `{ ${line} }`)
  .join(', ');

/** One DHCP, TFTP and ToD server, and a CMTS for each ten thousand modems. */
function plant(modems: number): string {
  const cables = Math.ceil(modems / MODEMS_PER_CMTS);
  const numbers = Array.from({ length: cables }, (_, n) => n);
  const each = Math.ceil(modems / cables);
  const subnets = numbers.map(
    (
      n,
    ) => `      - { subnet: 10.${n + 16}.0.0/16, relay: 10.${n + 16}.0.1, range: 10.${n + 16}.1.1-10.${n + 16}.250.254,
          lease: 24h, tftp: { server: 10.0.0.69, file: gold.cfg }, options: { time-servers: [10.0.0.37] } }`,
  );
  return `headend: 1
name: boots
duration: 5m
net:
  core: { kind: segment, delay: 1ms, jitter: 200us }
${numbers.map((n) => `  hfc${n}: { kind: segment, delay: 8ms, jitter: 6ms }`).join('\n')}
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets:
${subnets.join('\n')}
  tftp: { on: core, ip: 10.0.0.69, files: { gold.cfg: { docsis: [ ${CONFIG} ], secret: plant } } }
  tod: { on: core, ip: 10.0.0.37 }
devices:
${numbers
  .map(
    (
      n,
    ) => `  cmts${n}: { kind: cmts, cable: hfc${n}, uplink: core, giaddr: 10.${n + 16}.0.1, helper: 10.0.0.67, secret: plant }
  cm${n}: { kind: cable-modem, count: ${each}, on: hfc${n}, mac: "00:10:${(n + 16).toString(16)}:{n:06x}" }`,
  )
  .join('\n')}
timeline:
${numbers.map((n) => `  - { at: 0s, do: power-on, who: cm${n}, spread: { over: ${SPREAD_S}s, by: uniform } }`).join('\n')}
${hasFaults ? numbers.map((n) => faultsOf(n)).join('\n') : ''}
expect:
  - always: leases.unique
${numbers.map((n) => `  - eventually: { all: cm${n}, state: operational, within: 4m }`).join('\n')}
`;
}

/** A lossy third of the boots, and a slow one after it. */
function faultsOf(cable: number): string {
  return `  - { at: 5s, for: 10s, do: impair, where: hfc${cable}, loss: 2%, must-fire: 1 }
  - { at: 15s, for: 10s, do: impair, where: hfc${cable}, delay: 20ms, jitter: 5ms, must-fire: 1 }`;
}

function measure(modems: number): void {
  const scenario = parseScenario(plant(modems), 'boots');
  const contents = {
    octets: () => new Uint8Array(0),
    source: () => ({ size: 0, read: () => -1 }),
    folder: () => [],
  };
  globalThis.gc?.();
  const before = process.memoryUsage();
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const topology = buildTopology({
    scenario,
    contents,
    crypto: portableCrypto,
    seed: 1,
    epoch: { us: scenario.epochUs },
  });
  const run = new ScenarioRun({ scenario, topology, mode: 'virtual', seed: 1 });
  const driver = new SimDriver({ topology, seed: 1, trace: [run.trace], keepRows: false });
  const builtMs = performance.now() - startedAt;
  run.start(driver);
  driver.run(run.endsAt);
  const verdicts = run.judge(true, driver.now);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const held = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  const { packets, events } = driver.counts();
  const passed = verdicts.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'FAIL';
  console.log(
    [
      `${modems} modems`,
      passed,
      `${(ms / 1000).toFixed(2)} s (${(builtMs / 1000).toFixed(2)} s to build)`,
      `${((ms * 1000) / modems).toFixed(1)} us a boot`,
      `${((user + system) / modems).toFixed(1)} us of CPU`,
      `${(events / modems).toFixed(2)} events and ${(packets / modems).toFixed(2)} crossings a boot`,
      `${Math.round(held / modems)} octets a modem`,
      `peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
      `digest ${driver.digest()}`,
    ].join(' · '),
  );
  if (passed !== 'pass') {
    for (const { text, verdict, detail } of verdicts)
      if (verdict !== 'pass') console.log(`  ${text}: ${detail}`);
    process.exitCode = 1;
  }
}

for (const modems of sizes.length > 0 ? sizes : [10_000, 100_000]) measure(modems);
