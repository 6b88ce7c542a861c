import { ScenarioError } from '../../../src/config/mistakes.ts';
import { parseScenario } from '../../../src/config/parse.ts';

/** A small scenario without mistakes; tests change a line of it. */
export const PLANT = `headend: 1
name: small
seed: 7
duration: 2m
net:
  hfc: { kind: segment, delay: 8ms, loss: 2% }
  core: { kind: segment, delay: 1ms, bandwidth: 10Mbit/s }
  lan: { kind: segment }
  metro: { kind: link, between: [core, lan], delay: 12ms }
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    capacity: { rate: 200/s, queue: 400 }
    subnets:
      - subnet: 10.9.0.0/18
        relay: 10.9.0.1
        range: 10.9.16.1-10.9.16.99
        lease: 24h
        router: 10.9.0.1
        tftp: { server: 10.0.0.69, file: gold.cfg }
        options: { time-servers: [10.0.0.37] }
        reservations: [{ mac: "00:10:18:00:00:63", ip: 10.9.15.1 }]
  tftp:
    on: core
    ip: 10.0.0.69
    files:
      gold.cfg: { docsis: ./files/gold.yaml, secret-file: ./files/plant.key }
      motd: { text: hello }
  tod: { on: core, ip: 10.0.0.37 }
  dns:
    on: core
    ip: 10.0.0.53
    zones: { lab.example: { records: { portal: { type: A, data: 10.0.0.80 } } } }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.9.0.1, helper: 10.0.0.67 }
  cm: { kind: cable-modem, count: 3, on: hfc, mac: "00:10:18:00:00:{n:02x}" }
  web: { kind: host, on: lan, ip: 10.2.0.10 }
  home: { kind: stub, count: 2, on: lan, ip: 10.2.0.100, resolver: dns, ask: portal.lab.example A }
timeline:
  - { at: 0s, do: power-on, who: cm, spread: { over: 4s, by: even } }
  - { at: 10s, do: impair, id: noise, where: hfc, loss: 2%, for: 30s }
expect:
  - sequence: { each: cm, within: 20s, steps: ["DHCP OFFER dhcp>cmts yiaddr=$ip", "STATE cm operational"] }
  - always: leases.unique
  - always: dhcp.queue.depth <= 400
  - never: { any: cm, cmts-state: reject(m) }
  - eventually: { all: cm, state: operational, within: 30s }
  - eventually: { all: home, sees: 10.0.0.80 }
`;

/** The same with one piece of text replaced; the piece must be there. */
export function plantWith(piece: string, by: string): string {
  if (!PLANT.includes(piece)) throw new Error(`the plant has no ${piece}`);
  return PLANT.replace(piece, () => by);
}

/** What a person reads, line by line. */
export function mistakesIn(text: string): string[] {
  try {
    parseScenario(text, 'small.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return [];
}
