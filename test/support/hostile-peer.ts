import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A peer as nobody wants it, from many addresses: `half-open SERVER COUNT NAME` asks for a file and never acknowledges;
 * `idle SERVER COUNT` connects to port 53 and says nothing; `deaf SERVER COUNT QNAME` asks by TCP and never reads. Prints
 * what it has done, then stays until it is ended.
 */
const [verb = '', server = '', count = '0', name = ''] = process.argv.slice(2);
/** The clients' addresses: 10.70.128.1 and on, as many as wanted. */
const ADDRESSES = 100;

function addressOf(index: number): string {
  return `10.70.128.${1 + (index % ADDRESSES)}`;
}

/** Each request from a port of its own: a server knows a transfer by that. */
async function halfOpen(): Promise<void> {
  // With a timeout of four seconds (RFC 2349 §2) each is given up after twenty.
  const request = Buffer.from(`\0\u0001${[name, 'octet', 'timeout', '4'].join('\0')}\0`, 'latin1');
  for (let index = 0; index < Number(count); index++) {
    const socket = createSocket('udp4');
    socket.bind({ address: addressOf(index), exclusive: true });
    await once(socket, 'listening');
    await new Promise<void>((resolve) => {
      socket.send(request, 69, server, () => {
        socket.close(resolve);
      });
    });
    // A kernel that gives sockets little room must not drop what this is about.
    if (index % 50 === 49) await sleep(5);
  }
}

function dial(index: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: server, port: 53, localAddress: addressOf(index) });
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
    socket.on('close', () => {
      closed++;
    });
  });
}
let closed = 0;

async function dialAll(then: (socket: Socket) => void): Promise<void> {
  for (let index = 0; index < Number(count); index++) {
    const socket = await dial(index);
    socket?.on('error', () => {});
    if (socket !== undefined) then(socket);
  }
}

/** A query of a type that is answered at length, framed (RFC 1035 §4.2.2). */
function query(): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  const message = Buffer.concat([
    Buffer.from([0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, 0, 16, 0, 1]),
  ]);
  return Buffer.concat([Buffer.from([message.length >>> 8, message.length & 255]), message]);
}

console.log(`${verb}: begins`);
switch (verb) {
  case 'half-open':
    await halfOpen();
    break;
  case 'idle':
    await dialAll((socket) => socket.resume());
    break;
  case 'deaf': {
    const asked = query();
    await dialAll((socket) => {
      socket.pause();
      for (let times = 0; times < 20_000; times++) socket.write(asked);
    });
    break;
  }
  default:
    throw new Error(`half-open, idle or deaf, not "${verb}"`);
}
console.log(`${verb}: ${count} done`);
for (;;) {
  await sleep(100);
  console.log(`${closed} closed`);
}
