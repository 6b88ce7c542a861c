import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { lease } from './support/dhcp-clients.ts';
import { built, MAIN } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const REAL_MAC = '02:00:5e:00:71:01';
/** The whole of `--json` is there. */
const ENDED = /\n\}\n/;

let lab: Lab;
beforeAll(() => {
  need('ip', 'dhclient', 'dig', 'curl', 'tshark');
  built();
});
afterEach(() => lab?.remove());

/** Between the laptop and the servers a router translates, lets DNS pass in both protocols, and nothing else. */
const BEHIND_A_ROUTER = `headend: 1
name: laptop-behind-a-router
duration: 2m
net: { lan: { kind: segment, delay: 1ms }, core: { kind: segment, delay: 2ms } }
services:
  dhcp: { on: lan, ip: 10.72.0.1/24, subnets: [{ subnet: 10.72.0.0/24, range: 10.72.0.100-10.72.0.150, lease: 5m, router: 10.72.0.254 }] }
  dns: { on: core, ip: 10.70.0.53/24, zones: { lab.example: { records: { www: [{ type: A, data: 192.0.2.80 }], late: [{ type: A, data: 192.0.2.81 }] } } } }
  tod: { on: core, ip: 10.70.0.37/24 }
devices:
  fw:
    kind: router
    interfaces:
      inside: { on: lan, ip: 10.72.0.254/24, in: from-inside }
      outside: { on: core, ip: 10.70.0.1/24 }
    nat: { outside: outside }
    lists:
      from-inside:
        - permit udp any any eq domain
        - permit tcp any any eq domain
        - deny ip any any log
  laptop: { kind: host, on: lan, mac: "${REAL_MAC}", place: live, interface: lan0 }
expect:
  - eventually: { who: laptop, state: bound }
  - sequence: { steps: ["RULE fw HE-FW-002 10.70.0.37:37", "TCP FIN fw>dns"] }
  - metric: "packets TCP SYN laptop>dns dport=53 >= 1"
  - metric: "packets TCP SYN fw>dns dport=53 >= 1"
  - metric: "packets TCP FIN fw>dns >= 1"
  - metric: "packets TCP SYN fw>tod == 0"
  - metric: "packets DNS ANSWER dns>fw >= 1"
`;

test('a stream of a real host goes through a router of the file as its lists and its NAT have it', async () => {
  lab = new Lab();
  for (const name of ['hub', 'cli']) lab.namespace(name);
  lab.cable({ in: 'hub', as: 'lan0', address: '10.72.0.254/24' }, { in: 'cli', as: 'eth0' });
  lab.run('cli', 'ip', 'link', 'set', 'eth0', 'address', REAL_MAC);
  lab.run('hub', 'ip', 'address', 'add', '10.72.0.1/24', 'dev', 'lan0');
  for (const address of ['10.70.0.53', '10.70.0.37'])
    lab.run('hub', 'ip', 'address', 'add', address, 'dev', 'lo');
  const capture = join(lab.folder, 'run.pcapng');
  const running = await lab.start(
    'hub',
    /^/,
    process.execPath,
    MAIN,
    'run',
    lab.file('router.yaml', BEHIND_A_ROUTER),
    '--mode',
    'live',
    '--json',
    '--pcap',
    capture,
  );
  await lease(lab, 'cli', 'dhclient');
  lab.run('cli', 'ip', 'route', 'replace', 'default', 'via', '10.72.0.254');
  expect(lab.run('cli', 'dig', '+short', '+tries=2', '+time=20', '@10.70.0.53', 'www.lab.example')).toBe(
    '192.0.2.80\n',
  );
  expect(lab.run('cli', 'dig', '+short', '+tcp', '+time=20', '@10.70.0.53', 'www.lab.example')).toBe(
    '192.0.2.80\n',
  );
  // 28: it waited in vain. What is denied is dropped, not refused.
  expect(lab.attempt('cli', 'curl', '-s', '--max-time', '3', 'http://10.70.0.37:37/').code).toBe(28);
  expect(lab.run('cli', 'dig', '+short', '+tcp', '+time=20', '@10.70.0.53', 'late.lab.example')).toBe(
    '192.0.2.81\n',
  );
  await running.until(ENDED, 200);
  const { output } = running;
  expect(JSON.parse(output.slice(output.indexOf('{\n')))).toMatchObject({ verdict: 'pass' });
  // The server was asked by the router's own address.
  const asked = lab.run(
    'hub',
    'tshark',
    '-r',
    capture,
    '-Y',
    'dns.flags.response == 0 && tcp && ip.src == 10.70.0.1',
    '-T',
    'fields',
    '-e',
    'dns.qry.name',
  );
  expect(asked).toContain('www.lab.example');
});
