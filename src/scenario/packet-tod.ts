import { decodeTod, TOD_PORT, unixSecondsOfTod } from '../codec/tod.ts';
import type { FrameBody } from '../core/driver.ts';
import type { Description } from './packet.ts';

/** RFC 868: a question is empty, an answer is four octets. */
export function describeTod(body: Extract<FrameBody, { kind: 'udp' }>): Description {
  if (body.to.port === TOD_PORT) return { kind: 'REQUEST', fields: new Map() };
  const seconds = unixSecondsOfTod(decodeTod(body.octets));
  return { kind: 'TIME', fields: new Map([['seconds', String(seconds)]]) };
}
