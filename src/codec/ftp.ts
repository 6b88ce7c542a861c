import type { Endpoint, Ipv4 } from '../core/address.ts';
import { formatIp, formatIpv4, isIpv4, parseIp, parseIpv4 } from '../core/address.ts';
import { latin1Text } from '../core/text.ts';

/** RFC 959 §8: the control connection; the server's side of a data connection in active mode (§5.2). */
export const FTP_PORT = 21;
export const FTP_DATA_PORT = 20;

/** RFC 959 §5.3 sets no limit to a line; nobody needs one that is longer. */
const LINE_OCTETS_MAX = 1024;

/** How a data connection is agreed on: RFC 959 §4.1.2 and §4.2, RFC 2428 §2 and §3. */
export type FtpForm = 'port' | 'eprt' | 'pasv' | 'epsv';

/** An endpoint that a line of a control connection speaks of, and where in the line. */
export interface SpokenEndpoint {
  readonly form: FtpForm;
  /** Of `epsv` the address is that of who says it. */
  readonly endpoint: Endpoint;
  /** The characters that say it: `end` is not one of them. */
  readonly start: number;
  readonly end: number;
}

const HOST_PORT = '(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3})';
const PORT = new RegExp(`^PORT ${HOST_PORT}\\s*$`, 'i');
const ENTERING = new RegExp(`^227 .*?${HOST_PORT}`);
const EPRT = /^EPRT ([!-~])([12])\1([^\s]{2,45}?)\1(\d{1,5})\1\s*$/i;
const EXTENDED = /^229 .*\(([!-~])\1\1(\d{1,5})\1\)/;

/** The endpoint in a line without its end, as the client or the server says it; undefined in all other lines. */
export function spokenEndpoint(
  line: string,
  by: { readonly address: Endpoint['address'] },
): SpokenEndpoint | undefined {
  const port = PORT.exec(line) ?? ENTERING.exec(line);
  if (port !== null) {
    const endpoint = parseHostPort(port.slice(1, 7).join(','));
    if (endpoint === undefined) return undefined;
    const text = port.slice(1, 7).join(',');
    const start = line.indexOf(text);
    return { form: line.startsWith('227') ? 'pasv' : 'port', endpoint, start, end: start + text.length };
  }
  const eprt = EPRT.exec(line);
  if (eprt !== null) {
    const [, mark = '', family = '', address = '', number = ''] = eprt;
    const endpoint = { address: parseIp(address), port: Number(number) };
    if (endpoint.address === undefined || isIpv4(endpoint.address) !== (family === '1')) return undefined;
    const text = `${mark}${family}${mark}${address}${mark}${number}${mark}`;
    if (!isPort(endpoint.port)) return undefined;
    const start = line.indexOf(text);
    return {
      form: 'eprt',
      endpoint: { address: endpoint.address, port: endpoint.port },
      start,
      end: start + text.length,
    };
  }
  const epsv = EXTENDED.exec(line);
  if (epsv === null) return undefined;
  const [, mark = '', number = ''] = epsv;
  const text = `${mark}${mark}${mark}${number}${mark}`;
  const start = line.indexOf(`(${text})`) + 1;
  if (!isPort(Number(number))) return undefined;
  return {
    form: 'epsv',
    endpoint: { address: by.address, port: Number(number) },
    start,
    end: start + text.length,
  };
}

/** What stands between `start` and `end` for that endpoint: `h1,h2,h3,h4,p1,p2`, `|1|address|port|` or `|||port|`. */
export function formatSpoken(form: FtpForm, endpoint: Endpoint): string {
  const { address, port } = endpoint;
  switch (form) {
    case 'port':
    case 'pasv':
      return isIpv4(address) ? formatHostPort(address, port) : '';
    case 'eprt':
      return `|${isIpv4(address) ? 1 : 2}|${formatIp(address)}|${port}|`;
    case 'epsv':
      return `|||${port}|`;
  }
  return form satisfies never;
}

/** RFC 959 §4.1.2, PORT: the address and the port as six octets in decimal. */
function formatHostPort(address: Ipv4, port: number): string {
  return `${formatIpv4(address).replaceAll('.', ',')},${port >>> 8},${port & 255}`;
}

function parseHostPort(text: string): { readonly address: Ipv4; readonly port: number } | undefined {
  const parts = text.split(',').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (parts.length !== 6 || parts.some((part) => part > 255)) return undefined;
  const address = parseIpv4(parts.slice(0, 4).join('.'));
  const port = (parts[4] ?? 0) * 256 + (parts[5] ?? 0);
  return address === undefined || port === 0 ? undefined : { address, port };
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** Cuts a control connection into lines, which CRLF ends; a bare LF will do. */
export class FtpLines {
  #rest = '';

  /** The lines that these octets end; undefined when one is too long, and then the connection is at its end. */
  push(octets: Uint8Array): readonly string[] | undefined {
    const lines = (this.#rest + latin1Text(octets)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LINE_OCTETS_MAX || lines.some((line) => line.length > LINE_OCTETS_MAX))
      return undefined;
    return lines.map((line) => line.replace(/\r$/, ''));
  }
}
