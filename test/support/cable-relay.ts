import { createSocket } from 'node:dgram';

/**
 * What a CMTS does to DHCP, by hand: takes broadcasts, adds option 82 with the modem that the client is behind, unicasts to the server,
 * and broadcasts the answers without it. It shares no code with headend, so that the two cannot agree on a mistake.
 * Arguments: giaddr, the server, then `CPE=MODEM` or `CPE=MODEM/LINK` for each customer's machine, where LINK is 82.5.
 */
const [giaddr = '', server = '', ...known] = process.argv.slice(2);
const PORT = 67;
const REQUEST = 1;
const HOPS = 3;
const GIADDR = 24;
const CHADDR = 28;
const OPTIONS = 240;
const RELAY_AGENT = 82;
const END = 255;

const behind = new Map(
  known.map((entry) => {
    const [cpe = '', modem = '', link] = entry.split(/[=/]/);
    return [cpe, { modem, link }] as const;
  }),
);

function address(text: string): number[] {
  return text.split('.').map(Number);
}

function relayAgent(client: string): Buffer {
  const { modem, link } = behind.get(client) ?? { modem: client, link: undefined };
  const circuitId = [1, 4, 0, 0, 0, 7];
  const remoteId = [2, 6, ...Buffer.from(modem.replaceAll(':', ''), 'hex')];
  const linkSelection = link === undefined ? [] : [5, 4, ...address(link)];
  const value = [...circuitId, ...remoteId, ...linkSelection];
  return Buffer.from([RELAY_AGENT, value.length, ...value, END]);
}

/** The options up to, and without, the one that is looked for or the end. */
function optionsUntil(octets: Buffer, code: number): Buffer {
  let at = OPTIONS;
  while (at < octets.length && octets[at] !== END && octets[at] !== code)
    at += octets[at] === 0 ? 1 : 2 + (octets[at + 1] ?? 0);
  return octets.subarray(0, at);
}

const ear = createSocket({ type: 'udp4', reuseAddr: true });
const mouth = createSocket({ type: 'udp4', reuseAddr: true });

function heard(octets: Buffer): void {
  if (octets[0] !== REQUEST) {
    const answer = Buffer.concat([optionsUntil(octets, RELAY_AGENT), Buffer.from([END])]);
    mouth.send(answer, 68, '255.255.255.255');
    return;
  }
  const chaddr = octets.subarray(CHADDR, CHADDR + 6).toString('hex');
  const client = chaddr.replaceAll(/(..)(?=.)/g, '$1:');
  const relayed = Buffer.concat([optionsUntil(octets, END), relayAgent(client)]);
  relayed[HOPS] = (relayed[HOPS] ?? 0) + 1;
  relayed.set(address(giaddr), GIADDR);
  mouth.send(relayed, PORT, server);
}

ear.on('message', heard);
mouth.on('message', heard);
ear.bind(PORT, '0.0.0.0', () => {
  mouth.bind(PORT, giaddr, () => {
    mouth.setBroadcast(true);
    console.log('relaying');
  });
});
