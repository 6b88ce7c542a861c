import { latin1Text } from '../../../core/text.ts';

/** What option 60 of a DOCSIS device says. */
export interface CableClass {
  readonly family: 'docsis' | 'pktc' | 'erouter';
  /** As written: `3.0`. */
  readonly version: string;
  /** In 1.x and 2.0 the modem's capabilities as hex text after the colon; from 3.0 empty (they travel in 125.5). */
  readonly capabilities: string;
}

/** `docsis3.0:`, `pktc1.5:05...`, `eRouter1.0`; undefined for anything else. */
export function parseCableClass(vendorClass: Uint8Array): CableClass | undefined {
  const text = latin1Text(vendorClass);
  const match = /^(docsis|pktc|eRouter)(\d{1,2}\.\d{1,2})(?::([0-9a-fA-F]*))?$/.exec(text);
  if (match === null) return undefined;
  const [, word, version = '', capabilities = ''] = match;
  const family = word === 'docsis' || word === 'pktc' ? word : 'erouter';
  return { family, version, capabilities };
}
