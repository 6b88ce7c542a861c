import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN, serve } from './headend.ts';
import { Lab, type Running } from './netns.ts';

/** T1 and T2 that a test can wait for: dhcpcd takes no lease shorter than 20 s. */
const SHORT = '{ default: 20s, renew: 4s, rebind: 9s }';

/** Hardware addresses that the server's file, or the relay's command line, knows. */
export const KNOWN = {
  dhcping: '02:00:5e:00:60:09',
  /** Their reserved addresses are those that somebody else has taken. */
  squattedFirst: '02:00:5e:00:56:01',
  squattedSecond: '02:00:5e:00:56:02',
  modem: '02:00:5e:00:54:01',
  cpe: '02:00:5e:00:55:01',
  /** A customer's machine whose relay names its subnet in 82.5. */
  linked: '02:00:5e:00:57:01',
} as const;

export const SERVER = '10.60.0.2';

/** What serves: its own wire (`core`), two networks behind each relay and one for squatters, modems with what is behind them. */
const SCENARIO = `headend: 1
name: clients
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: ${SERVER}
    subnets:
      - { subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.150, lease: ${SHORT}, router: ${SERVER},
          options: { domain-name-servers: [${SERVER}], domain-name: lab.example },
          tftp: [{ user-class: iPXE, server: ${SERVER}, file: boot.ipxe }, { class: 'PXEClient*', server: ${SERVER}, file: undionly.kpxe }],
          reservations: [{ mac: '${KNOWN.dhcping}', ip: 10.60.0.9 }] }
      - { subnet: 10.50.0.0/24, range: 10.50.0.100-10.50.0.150, lease: 1h, router: 10.50.0.1 }
      - { subnet: 10.51.0.0/24, range: 10.51.0.100-10.51.0.150, lease: 1h, router: 10.51.0.1 }
      - { subnet: 10.52.0.0/24, range: 10.52.0.100-10.52.0.150, lease: ${SHORT}, router: 10.52.0.1 }
      - { subnet: 10.53.0.0/24, range: 10.53.0.100-10.53.0.150, lease: 1h, router: 10.53.0.1 }
      - { subnet: 10.56.0.0/24, range: 10.56.0.102-10.56.0.150, lease: 1h, router: 10.56.0.1, reservations: [
          { mac: '${KNOWN.squattedFirst}', ip: 10.56.0.100 }, { mac: '${KNOWN.squattedSecond}', ip: 10.56.0.101 } ] }
      - { subnet: 10.54.0.0/24, relay: 10.54.0.1, member: modem, class: 'docsis*', range: 10.54.0.100-10.54.0.150, lease: 1h,
          tftp: { server: ${SERVER}, file: gold.cfg } }
      - { subnet: 10.55.0.0/24, relay: 10.54.0.1, member: cpe, range: 10.55.0.100-10.55.0.150, lease: ${SHORT}, router: 10.55.0.1 }
      - { subnet: 10.57.0.0/24, range: 10.57.0.100-10.57.0.150, lease: 1h, router: 10.57.0.1 }
  tftp: { on: lan, ip: ${SERVER}, folder: ./root }
`;

/** What a machine with iPXE in its network card runs: one script that fetches a file and begins another script. */
const BOOT_FILES = {
  'boot.ipxe': `#!ipxe
echo script 1 runs for \${net0/ip}
imgfetch --name payload tftp://\${next-server}/payload
imgstat
chain tftp://\${next-server}/second.ipxe
`,
  'second.ipxe': '#!ipxe\necho script 2 runs\nshell\n',
  payload: new Uint8Array(300_000).fill(0x5a),
};

/** The namespace and the bridge of each network. */
const NETWORKS = {
  core: ['srv', 'lan0'],
  isc1: ['isc', 'br0'],
  isc2: ['isc', 'br1'],
  squatted: ['isc', 'br2'],
  dnm1: ['dnm', 'br0'],
  dnm2: ['dnm', 'br1'],
  hfc: ['hfc', 'br0'],
} as const;
export type Network = keyof typeof NETWORKS;

/** headend on one wire, and behind three relays the networks of its clients. */
export class ClientLab {
  readonly lab = new Lab();
  readonly capture = join(this.lab.folder, 'wire.pcapng');
  server!: Running;
  /** tshark on the server's wire. */
  wire!: Running;
  readonly #state = join(this.lab.folder, 'state');
  #plugs = 0;

  async start(cableRelay: string): Promise<void> {
    const { lab } = this;
    lab.namespace('srv');
    lab.bridge('srv', 'lan0', `${SERVER}/24`);
    this.#relay('isc', 11, ['10.50.0.1', '10.51.0.1', '10.56.0.1']);
    this.#relay('dnm', 12, ['10.52.0.1', '10.53.0.1']);
    this.#relay('hfc', 13, ['10.54.0.1']);
    // From the networks of dnsmasq nothing but the relay leads out: a renewal by unicast is lost.
    for (const name of ['isc', 'hfc']) lab.run(name, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    for (const net of ['10.55.0', '10.57.0']) {
      lab.run('hfc', 'ip', 'address', 'add', `${net}.1/24`, 'dev', 'br0');
      lab.run('srv', 'ip', 'route', 'add', `${net}.0/24`, 'via', '10.60.0.13');
    }
    await Promise.all([
      this.#serve(),
      this.#capture(),
      this.#isc(),
      this.#dnsmasq(),
      this.#cable(cableRelay),
    ]);
  }

  /** A namespace with nothing but `eth0` on a network. */
  plug(namespace: string, network: Network, address?: { readonly mac?: string; readonly ip?: string }): void {
    const [switchIn, bridge] = NETWORKS[network];
    this.lab.namespace(namespace);
    const end = { in: namespace, as: 'eth0', ...(address?.ip === undefined ? {} : { address: address.ip }) };
    this.lab.cable({ in: switchIn, as: `p${this.#plugs++}`, bridge }, end);
    if (address?.mac !== undefined)
      this.lab.run(namespace, 'ip', 'link', 'set', 'eth0', 'address', address.mac);
  }

  /** State by address, as `headend leases` lists them. */
  leases(): ReadonlyMap<string, string> {
    const flags = ['--state', this.#state, '--all', '--json'];
    const listed = this.lab.run('srv', process.execPath, MAIN, 'leases', ...flags);
    const { leases } = JSON.parse(listed) as { leases: { address: string; state: string }[] };
    return new Map(leases.map(({ address, state }) => [address, state]));
  }

  remove(): void {
    this.lab.remove();
  }

  /** A namespace with a leg on the server's wire, and a bridge for each cable network. */
  #relay(name: string, host: number, giaddrs: readonly string[]): void {
    const { lab } = this;
    lab.namespace(name);
    const uplink = { in: name, as: 'up0', address: `10.60.0.${host}/24` };
    lab.cable({ in: 'srv', as: name, bridge: 'lan0' }, uplink);
    for (const [index, giaddr] of giaddrs.entries()) {
      lab.bridge(name, `br${index}`, `${giaddr}/24`);
      lab.run('srv', 'ip', 'route', 'add', giaddr.replace(/1$/, '0/24'), 'via', `10.60.0.${host}`);
    }
  }

  /** A machine that boots from the network, on the server's wire; what its serial console shows. */
  boot(ready: RegExp): Promise<Running> {
    const { lab } = this;
    lab.run('srv', 'ip', 'tuntap', 'add', 'tap0', 'mode', 'tap');
    lab.run('srv', 'ip', 'link', 'set', 'tap0', 'master', 'lan0', 'up');
    const machine = ['-machine', 'pc,accel=tcg,graphics=off', '-m', '64', '-nodefaults', '-display', 'none'];
    const net = [
      '-netdev',
      'tap,id=net,ifname=tap0,script=no,downscript=no',
      '-device',
      'virtio-net-pci,netdev=net',
    ];
    return lab.start(
      'srv',
      ready,
      'qemu-system-x86_64',
      ...machine,
      '-serial',
      'stdio',
      '-boot',
      'n',
      '-no-reboot',
      ...net,
    );
  }

  async #serve(): Promise<void> {
    mkdirSync(join(this.lab.folder, 'root'));
    for (const [name, content] of Object.entries(BOOT_FILES)) this.lab.file(join('root', name), content);
    const file = this.lab.file('lab.yaml', SCENARIO);
    const flags = ['--interface', 'lan0', '--state', this.#state, '--log-level', 'debug'];
    this.server = await serve(this.lab, 'srv', file, ...flags);
  }

  async #capture(): Promise<void> {
    const flags = ['-l', '-P', '-i', 'lan0', '-f', 'udp', '-w', this.capture];
    this.wire = await this.lab.start('srv', /Capturing on/, 'tshark', ...flags);
  }

  #isc(): Promise<Running> {
    const legs = ['br0', 'br1', 'br2'].flatMap((leg) => ['-id', leg]);
    return this.lab.start('isc', /Sending on/, 'dhcrelay', '-4', '-d', '-a', ...legs, '-iu', 'up0', SERVER);
  }

  #dnsmasq(): Promise<Running> {
    const legs = ['10.52.0.1', '10.53.0.1'].map((giaddr) => `--dhcp-relay=${giaddr},${SERVER}`);
    const flags = ['-k', '-C', '/dev/null', '-u', 'root', '--port=0', '--log-facility=-', ...legs];
    return this.lab.start('dnm', /DHCP relay from 10\.53/, 'dnsmasq', ...flags);
  }

  #cable(program: string): Promise<Running> {
    const behind = [`${KNOWN.cpe}=${KNOWN.modem}`, `${KNOWN.linked}=${KNOWN.modem}/10.57.0.1`];
    return this.lab.start('hfc', /relaying/, process.execPath, program, '10.54.0.1', SERVER, ...behind);
  }
}
