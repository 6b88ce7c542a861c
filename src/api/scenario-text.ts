import { isUtf8 } from 'node:buffer';
import type { Mistake } from '../config/mistakes.ts';

const LINE_FEED = 0x0a;
/** What tells a headend file of another kind stands in its first words. */
const HEAD_OCTETS = 40;

const OTHER_KINDS = [
  {
    begins: /^\{"kind":"headend-trace"/,
    message: 'this is a trace of headend run --trace',
    hint: 'headend replay runs it again, and headend explain, ladder and view show it',
  },
  {
    begins: /^\{\s*"format_version":/,
    message: 'this is a result of headend run --json',
    hint: 'headend replay runs it again, and headend merge joins it with others',
  },
  {
    // The four orders of a pcap's first word, and the block that a pcapng begins with.
    begins: /^(?:\n\r\r\n|\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\x4d\x3c\xb2\xa1|\xa1\xb2\x3c\x4d)/,
    message: 'this is a capture',
    hint: 'headend import makes a scenario of it, and headend explain says what is wrong in it',
  },
  {
    begins: /^(?:\xff\xfe|\xfe\xff|\0[\n -~]|[\n -~]\0)/,
    message: 'this is a text in UTF-16',
    hint: 'save it as UTF-8',
  },
];

/** The text of a scenario's octets; of another kind of file, or of what is no UTF-8, what is wrong. */
export function scenarioText(octets: Uint8Array): string | Mistake {
  const head = Buffer.from(octets.subarray(0, HEAD_OCTETS)).toString('latin1');
  const other = OTHER_KINDS.find(({ begins }) => begins.test(head));
  if (other !== undefined) return { line: 1, column: 1, path: '', message: other.message, hint: other.hint };
  // What is binary is told by whoever reads the text.
  if (!isUtf8(octets) && !octets.includes(0)) return strayOctet(octets);
  return new TextDecoder('utf-8').decode(octets);
}

function strayOctet(octets: Uint8Array): Mistake {
  let start = 0;
  for (let line = 1; ; line++) {
    const feed = octets.indexOf(LINE_FEED, start);
    const end = feed < 0 ? octets.length : feed;
    const inLine = octets.subarray(start, end);
    if (feed < 0 || !isUtf8(inLine)) {
      const column = new TextDecoder('utf-8').decode(inLine).indexOf('\ufffd') + 1;
      return {
        line,
        column,
        path: '',
        message: 'a letter here is not in UTF-8',
        hint: 'save the file as UTF-8',
      };
    }
    start = end + 1;
  }
}
