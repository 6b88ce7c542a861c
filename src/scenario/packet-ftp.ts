import type { FrameBody } from '../core/driver.ts';
import { latin1Text, showOctets } from '../core/text.ts';
import { FTP_PORT } from '../codec/ftp.ts';
import { protocolWords } from '../config/vocabulary.ts';
import type { Description } from './packet.ts';

type Tcp = Extract<FrameBody, { kind: 'tcp' }>;

const KINDS: ReadonlySet<string> = new Set(protocolWords('FTP')?.kinds);

/** RFC 9293 §3.1: the payload, behind the header whose length stands in octet 12. */
function payloadOf({ segment }: Tcp): Uint8Array {
  return segment.subarray(Math.min(((segment[12] ?? 0) >>> 4) * 4, segment.length));
}

/** Whether a segment carries something of a control connection. */
export function isFtpControl(body: Tcp): boolean {
  return (body.from.port === FTP_PORT || body.to.port === FTP_PORT) && payloadOf(body).length > 0;
}

/** The first line of what a control connection carries: RFC 959 §4. */
export function describeFtp(body: Tcp): Description {
  const payload = payloadOf(body);
  const end = payload.indexOf(0x0d);
  const line = payload.subarray(0, end < 0 ? payload.length : end);
  const text = latin1Text(line);
  const fields = new Map<string, string>();
  const isReply = body.from.port === FTP_PORT;
  const [, word = '', rest = ''] = /^([A-Za-z]{3,4}|\d{3})[ -]?(.*)$/.exec(text) ?? [];
  const kind = isReply ? 'REPLY' : word.toUpperCase();
  if (isReply) fields.set('code', word);
  if (rest !== '') fields.set('argument', showOctets(line.subarray(line.length - rest.length)));
  fields.set('size', String(payload.length));
  fields.set('sport', String(body.from.port));
  fields.set('dport', String(body.to.port));
  return { kind: KINDS.has(kind) ? kind : 'OTHER', fields };
}
