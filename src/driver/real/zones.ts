import { type Endpoint, formatIp, type Ip, isIpv4, parseIp } from '../../core/address.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { escapeText } from '../../core/text.ts';
import { machineInterfaces } from './system.ts';

/** Peers on a link that are remembered: each datagram of theirs says again where they are. */
const HEARD_MAX = 4096;

/** Link-local addresses that we bind, and the interface of each. */
const bound = new Map<Ip, string>();
/** Those of peers. */
const heard = new Map<Ip, string>();

/** RFC 4291 §2.5.6: fe80::/10. The same address may be on every link, so the kernel wants the interface with it. */
export function isLinkLocal(address: Ip): boolean {
  return !isIpv4(address) && /^fe[89ab]/.test(address);
}

/** Says on which interface a link-local address of ours is; throws `EnvironmentError` when that is not up. */
export function placeLinkLocal(address: Ip, interfaceName: string): void {
  const all = machineInterfaces();
  if (!all.some(({ name }) => name === interfaceName))
    throw new EnvironmentError(
      `there is no interface ${escapeText(interfaceName)} that is up`,
      `name one of ${all.map(({ name }) => name).join(', ')}`,
    );
  bound.set(address, interfaceName);
}

/** An address as the kernel takes it: `fe80::1%eth0` where it is link-local (RFC 4007 §11.2). */
export function kernelText(address: Ip): string {
  const text = formatIp(address);
  if (!isLinkLocal(address)) return text;
  const zone = bound.get(address) ?? heard.get(address);
  return zone === undefined ? text : `${text}%${zone}`;
}

/** `10.0.0.1:53`, `[fe80::1%eth0]:53`. */
export function kernelEndpoint({ address, port }: Endpoint): string {
  return isIpv4(address) ? `${formatIp(address)}:${port}` : `[${kernelText(address)}]:${port}`;
}

/** An address as the kernel gives it; where a peer on the link is, is remembered for the answer. */
export function fromKernelText(text: string): Ip | undefined {
  const mark = text.indexOf('%');
  if (mark === -1) return parseIp(text);
  const address = parseIp(text.slice(0, mark));
  if (address === undefined || bound.has(address)) return address;
  // The place in a full table of who spoke first; it will speak again.
  if (!heard.has(address) && heard.size >= HEARD_MAX)
    for (const [first] of heard) {
      heard.delete(first);
      break;
    }
  heard.set(address, text.slice(mark + 1));
  return address;
}
