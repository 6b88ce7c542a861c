import { EXIT } from '../api/exit.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { laddersOfFile } from '../api/trace.ts';
import { lineText } from '../api/report.ts';
import { gather } from './load-flags.ts';
import { addPictureFlags, writePictures } from './pictures.ts';
import { defineVerb, jsonFlag } from './program.ts';
import { writtenBy } from './run-flags.ts';

export const ladder = defineVerb(
  'ladder <trace>',
  (command) => {
    command.option('--who <host>', 'a host or group; again for more', gather);
    addPictureFlags(command);
    command.addOption(jsonFlag());
  },
  ({ output }, [path = ''], flags) => {
    refuseOverwrite(writtenBy(flags), [path]);
    const { lines: ladders, pictures } = laddersOfFile({
      path,
      who: (flags['who'] ?? []) as readonly string[],
      columns: output.columns,
    });
    writePictures(flags, pictures, "--who 'cm[0]'");
    if (flags['json'] === true) {
      const texts = ladders.map((lines) => lines.map((line) => lineText(line).trimEnd()));
      output.json({ format_version: 1, verdict: 'pass', ladders: texts });
    } else for (const [index, lines] of ladders.entries()) output.lines(index === 0 ? lines : [[], ...lines]);
    return EXIT.passed;
  },
);
