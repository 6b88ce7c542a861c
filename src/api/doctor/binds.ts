import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { BindFacts, RouteFacts } from '../../analysis/doctor/facts.ts';
import type { Endpoint, Ip } from '../../core/address.ts';
import { formatIp, isIpv4, parseIp } from '../../core/address.ts';
import { portHolder } from '../../driver/real/system.ts';

interface Trial {
  /** An errno's name; undefined: it could be opened. */
  readonly refusal: string | undefined;
}

/** What `serve` would open, one after the other: two of them may shut each other out. */
export async function tryBinds(
  wanted: readonly Pick<BindFacts, 'protocol' | 'endpoint' | 'use'>[],
): Promise<readonly BindFacts[]> {
  const facts: BindFacts[] = [];
  for (const { protocol, endpoint, use } of wanted) {
    const { refusal } = await (protocol === 'udp' ? tryUdp : tryTcp)(endpoint);
    const holder = refusal === 'EADDRINUSE' ? portHolder(protocol, endpoint) : undefined;
    facts.push({ protocol, endpoint, use, refusal, holder });
  }
  return facts;
}

export function tryUdp({ address, port }: Endpoint): Promise<Trial> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: isIpv4(address) ? 'udp4' : 'udp6', ipv6Only: !isIpv4(address) });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve({ refusal: codeOf(error) });
    });
    socket.bind({ port, address: formatIp(address), exclusive: true }, () => {
      socket.close(() => resolve({ refusal: undefined }));
    });
  });
}

function tryTcp({ address, port }: Endpoint): Promise<Trial> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve({ refusal: codeOf(error) }));
    server.listen({ port, host: formatIp(address), exclusive: true, ipv6Only: !isIpv4(address) }, () => {
      server.close(() => resolve({ refusal: undefined }));
    });
  });
}

/** Which way the kernel would send: a UDP socket that connects sends nothing, and takes its address from the route. */
export function findRoute(to: Ip, from?: Ip): Promise<Pick<RouteFacts, 'to' | 'source' | 'refusal'>> {
  return new Promise((resolve) => {
    const family = isIpv4(to) ? 4 : 6;
    const socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      lookup: (host, _options, done) => done(null, host, family),
    });
    const end = (source: Ip | undefined, refusal: string | undefined): void => {
      socket.close();
      resolve({ to, source, refusal });
    };
    socket.once('error', (error) => end(undefined, codeOf(error)));
    socket.bind(
      { port: 0, address: from === undefined ? undefined : formatIp(from), exclusive: true },
      () => {
        if (family === 4) socket.setBroadcast(true);
        // Node hands the callback an error, which its types leave out.
        socket.connect(DISCARD_PORT, formatIp(to), ((error?: Error) => {
          if (error === undefined) end(parseIp(socket.address().address), undefined);
          else end(undefined, codeOf(error));
        }) as () => void);
      },
    );
  });
}

/** RFC 863: nothing is sent there, and nobody minds. */
const DISCARD_PORT = 9;

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message;
}
