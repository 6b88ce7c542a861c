import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket, connect, createSecureContext } from 'node:tls';
import type { TlsSpec } from '../../core/driver.ts';
import type { TlsCall } from '../../core/service.ts';

const CONTEXTS = new WeakMap<TlsSpec, SecureContext>();

/** What a certificate and its key give, made once; throws what OpenSSL says of them. */
export function secureContextOf(spec: TlsSpec): SecureContext {
  const known = CONTEXTS.get(spec);
  if (known !== undefined) return known;
  const context = createSecureContext({
    cert: Buffer.from(spec.certificate),
    key: Buffer.from(spec.key),
    // RFC 9325 §3.1.1.
    minVersion: 'TLSv1.2',
  });
  CONTEXTS.set(spec, context);
  return context;
}

/** The server's end of TLS on a connection that was accepted. */
class SecureSocket extends TLSSocket {
  constructor(socket: Socket, spec: TlsSpec) {
    super(socket, { isServer: true, secureContext: secureContextOf(spec) });
    // Until its wrapper is told: a peer that resets while the handshake runs.
    socket.on('error', () => {});
  }

  /** Node resets plain TCP only. */
  override resetAndDestroy(): this {
    return this.destroy();
  }
}

/** The connection as the service is to have it: what was decrypted, where the port says so. */
export function secured(socket: Socket, localPort: number, spec: TlsSpec | undefined): Socket {
  return spec?.port === localPort ? new SecureSocket(socket, spec) : socket;
}

/** Our end of TLS on a connection that we make; it says `secureConnect` when it is there. */
export function securing(socket: Socket, { serverName }: TlsCall): Socket {
  const secure = connect({
    socket,
    // Route 53 judges no certificate either: what is asked is whether the target answers.
    rejectUnauthorized: false,
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  socket.on('error', () => {});
  // Node resets plain TCP only.
  return Object.assign(secure, { resetAndDestroy: () => secure.destroy() });
}
