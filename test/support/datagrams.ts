import { createSocket } from 'node:dgram';

/** One datagram to send, in hex, and from where; what answers within the time is the reply. */
export interface Datagram {
  readonly to: string;
  readonly port: number;
  readonly hex: string;
  readonly from?: { readonly address: string; readonly port: number };
}

/** Long enough for a server on a machine that is busy: only what is never answered takes all of it. */
const REPLY_MS = 5_000;

function exchange({ to, port, hex, from }: Datagram): Promise<string | null> {
  return new Promise((done, fail) => {
    const socket = createSocket('udp4');
    const end = (reply: string | null): void => {
      clearTimeout(timer);
      socket.close();
      done(reply);
    };
    const timer = setTimeout(end, REPLY_MS, null);
    socket.on('message', (octets) => end(octets.toString('hex')));
    socket.on('error', fail);
    socket.bind(from?.port ?? 0, from?.address, () => socket.send(Buffer.from(hex, 'hex'), port, to));
  });
}

// A program of its own, since a namespace is entered by a process: the datagrams as JSON in, the replies out.
const replies: (string | null)[] = [];
for (const datagram of JSON.parse(process.argv[2] ?? '[]') as Datagram[])
  replies.push(await exchange(datagram));
process.stdout.write(JSON.stringify(replies));
