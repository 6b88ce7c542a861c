import type { Endpoint } from '../../core/address.ts';
import { latin1Octets, latin1Text, showOctets } from '../../core/text.ts';
import type { FileTable } from '../../store/file-table.ts';

/** The name of a file as its letters, one an octet. */
export function fileName(text: string): Uint8Array {
  return latin1Octets(text.replace(/^\/+/, '')) ?? new Uint8Array(0);
}

/** What is listed for each name. */
export function listing(files: FileTable, client: Endpoint, form: 'LIST' | 'NLST'): Uint8Array {
  const lines = files.names(LISTED_MAX).map((name) => {
    const size = files.find(name, client.address)?.size ?? 0;
    const shown = showOctets(name);
    return form === 'NLST'
      ? shown
      : `-r--r--r-- 1 ftp ftp ${String(size).padStart(10)} Jan  1  2026 ${shown}`;
  });
  const text = lines.map((line) => `${line}\r\n`).join('');
  return latin1Octets(text) ?? new Uint8Array(0);
}

const LISTED_MAX = 1000;

/** RFC 959 §3.1.1.1: in ASCII a line ends in CRLF. */
export function asAscii(octets: Uint8Array): Uint8Array {
  const text = latin1Text(octets).replace(/\r?\n/g, '\r\n');
  return latin1Octets(text) ?? octets;
}
