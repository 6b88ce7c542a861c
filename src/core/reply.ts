import { ANY, ANY6, isIpv4 } from './address.ts';
import { Destination } from './destination.ts';
import type { DatagramInput, Target } from './service.ts';

/**
 * Back to the sender, from the address it sent to: a host with several would else answer from one that the client does
 * not know. The interface matters only to link-local addresses, which are the same on every link: RFC 4007 §4.
 */
export function replyTo({ from, to, via }: DatagramInput): Target {
  const { address, port } = from;
  const source = to.address === ANY || to.address === ANY6 ? undefined : to.address;
  const target = new Destination().at(address, port).from(source);
  return isIpv4(address) || !address.startsWith('fe80:') ? target : target.by(via);
}
