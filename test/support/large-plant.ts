const MODEMS_PER_CMTS = 10_000;
/** All that a modem needs to register. */
const SETTINGS =
  '{ network-access: true }, { class-of-service: { class-id: 1, max-downstream-rate: 100000000, max-upstream-rate: 10000000 } }';

/** A scenario of so many modems, which start within half a minute: a CMTS for each ten thousand, nothing lost. */
export function plantOfModems(modems: number): string {
  const cables = Array.from({ length: Math.ceil(modems / MODEMS_PER_CMTS) }, (_, cable) => cable);
  const each = Math.ceil(modems / cables.length);
  const subnets = cables.map(
    (cable) =>
      `      - { subnet: ${network(cable)}.0.0/16, relay: ${network(cable)}.0.1, range: ${network(cable)}.1.1-${network(cable)}.250.254, lease: 24h, tftp: { server: 10.0.0.69, file: gold.cfg } }`,
  );
  const devices = cables.flatMap((cable) => [
    `  cmts${cable}: { kind: cmts, cable: hfc${cable}, uplink: core, giaddr: ${network(cable)}.0.1, helper: 10.0.0.67, secret: plant, ranging: ideal }`,
    `  cm${cable}: { kind: cable-modem, count: ${each}, on: hfc${cable}, mac: "00:10:${(cable + 16).toString(16)}:{n:06x}" }`,
  ]);
  return `headend: 1
name: large-plant
duration: 5m
net:
  core: { kind: segment, delay: 1ms, jitter: 200us }
${cables.map((cable) => `  hfc${cable}: { kind: segment, delay: 8ms, jitter: 6ms }`).join('\n')}
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets:
${subnets.join('\n')}
  tftp: { on: core, ip: 10.0.0.69, files: { gold.cfg: { docsis: [${SETTINGS}], secret: plant } } }
devices:
${devices.join('\n')}
timeline:
${cables.map((cable) => `  - { at: 0s, do: power-on, who: cm${cable}, spread: { over: 30s, by: uniform } }`).join('\n')}
expect:
  - always: leases.unique
`;
}

function network(cable: number): string {
  return `10.${cable + 16}`;
}
