import { latin1Octets } from '../../../core/text.ts';
import type { Suboption } from './suboptions.ts';
import { encodeSuboptions } from './suboptions.ts';

/** Sub-options of option 43 that hold text, as a DOCSIS device sends them, by code. */
export const DOCSIS_VENDOR_NAMES: readonly (string | undefined)[] = [
  undefined,
  undefined,
  'device-type',
  'esafe-list',
  'serial-number',
  'hardware-version',
  'software-version',
  'boot-rom-version',
  'oui',
  'model',
  'vendor',
  undefined,
  undefined,
  undefined,
  undefined,
  'esafe-config-file-devices',
];

/** What a cable modem says of itself in option 43; what is left out is not sent. */
export interface DocsisVendorFields {
  /** 2: `ECM` for a cable modem. */
  readonly deviceType: string;
  /** 3: `ECM:EROUTER`. */
  readonly esafeList?: string | undefined;
  /** 4. */
  readonly serialNumber?: string | undefined;
  /** 5. */
  readonly hardwareVersion?: string | undefined;
  /** 6. */
  readonly softwareVersion?: string | undefined;
  /** 7. */
  readonly bootRomVersion?: string | undefined;
  /** 8: six hex digits. */
  readonly oui?: string | undefined;
  /** 9. */
  readonly model?: string | undefined;
  /** 10. */
  readonly vendor?: string | undefined;
}

/** The value of option 43 of a DOCSIS device, sub-options by rising code. Texts are Latin-1, at most 255 characters. */
export function encodeDocsisVendor(fields: DocsisVendorFields): Uint8Array {
  const texts = [
    fields.deviceType,
    fields.esafeList,
    fields.serialNumber,
    fields.hardwareVersion,
    fields.softwareVersion,
    fields.bootRomVersion,
    fields.oui,
    fields.model,
    fields.vendor,
  ];
  const list: Suboption[] = [];
  texts.forEach((text, index) => {
    const octets = text === undefined ? undefined : latin1Octets(text);
    if (octets !== undefined) list.push({ code: index + 2, octets });
  });
  return encodeSuboptions(list);
}
