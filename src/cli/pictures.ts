import type { Command } from 'commander';
import { UsageError } from '../api/failure.ts';
import { writeOctets } from '../api/files.ts';
import type { Flags } from './program.ts';

const KINDS = ['svg', 'mermaid'] as const;

export function addPictureFlags(command: Command): void {
  command
    .option('--svg <file>', 'write the ladder as a picture')
    .option('--mermaid <file>', 'write the ladder as a sequence diagram of Mermaid');
}

/** Writes the ladder to the files asked for. A file is one picture: `asked` says how to name the one host. */
export function writePictures(
  flags: Flags,
  draw: (kind: (typeof KINDS)[number]) => readonly string[],
  asked: string,
): void {
  for (const kind of KINDS) {
    const path = flags[kind] as string | undefined;
    if (path === undefined) continue;
    const [picture, ...more] = draw(kind);
    if (picture === undefined || more.length > 0)
      throw new UsageError(
        `--${kind} writes the ladder of one host, and ${picture === undefined ? 'none is' : `${more.length + 1} are`} asked for: name one with ${asked}`,
      );
    writeOctets(path, picture);
  }
}
