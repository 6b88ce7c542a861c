import { PAGE_FORMAT } from '../report/page/page-data.ts';
import type { PageData } from '../report/page/page-data.ts';

/** The run that lies in this page: base64 of gzipped JSON. */
export async function loadPage(text: string): Promise<PageData> {
  const packed = octetsOf(text);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const page = JSON.parse(await new Response(stream).text()) as PageData;
  if (page.format_version !== PAGE_FORMAT)
    throw new Error(`page format ${String(page.format_version)} is not read by this viewer`);
  return page;
}

function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.trim());
  const octets = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) octets[index] = binary.charCodeAt(index);
  return octets;
}
