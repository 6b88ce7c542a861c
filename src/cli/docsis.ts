import { decodeDocsis, decodeDocsisYaml, encodeDocsis, verifyDocsis } from '../api/docsis.ts';
import { EXIT } from '../api/exit.ts';
import { writeOctets } from '../api/files.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { jsonFlag } from './program.ts';
import type { Verb } from './program.ts';

const CM = 'The CM MIC (TLV 6) finds damage: anyone can compute it. headend explain mic';
const CMTS = 'The CMTS MIC (TLV 7) needs the shared secret of the plant. headend explain mic';

/** `docsis decode | encode | verify`. */
export const docsis: Verb = (program, { output }, done) => {
  const group = program.command('docsis');
  group
    .command('decode <file>')
    .description('print a configuration file as YAML')
    .addOption(jsonFlag())
    .action((file: string, flags: { json?: true }) => {
      if (flags.json) output.json({ format_version: 1, verdict: 'pass', file, config: decodeDocsis(file) });
      else output.text(decodeDocsisYaml(file));
      done(EXIT.passed);
    });
  group
    .command('encode <file>')
    .description('make a configuration file of YAML, both MICs computed')
    .requiredOption('--secret-file <key>', 'the file with the shared secret; empty: the empty key')
    .requiredOption('-o, --out <file>', 'where to write; - is standard output')
    .addOption(jsonFlag())
    .action((file: string, flags: { secretFile: string; out: string; json?: true }) => {
      const octets = encodeDocsis(file, flags.secretFile);
      if (flags.out === '-') output.octets(octets);
      else {
        refuseOverwrite([{ flag: '--out', path: flags.out }], [file, flags.secretFile]);
        writeOctets(flags.out, octets);
      }
      if (flags.json && flags.out !== '-')
        output.json({ format_version: 1, verdict: 'pass', file: flags.out, octets: octets.length });
      else output.note(`${flags.out}: ${octets.length} octets`);
      done(EXIT.passed);
    });
  group
    .command('verify <file>')
    .description('check both MICs: exit code 0 when they hold, 1 when not')
    .requiredOption('--secret-file <key>', 'the file with the shared secret; empty: the empty key')
    .addOption(jsonFlag())
    .action((file: string, flags: { secretFile: string; json?: true }) => {
      const { cmMic, cmtsMic } = verifyDocsis(file, flags.secretFile);
      const holds = cmMic === 'good' && cmtsMic === 'good';
      if (flags.json)
        output.json({
          format_version: 1,
          verdict: holds ? 'pass' : 'fail',
          file,
          cm_mic: cmMic,
          cmts_mic: cmtsMic,
        });
      else {
        output.text(`CM MIC    ${cmMic}\nCMTS MIC  ${cmtsMic}\n`);
        if (cmMic !== 'good') output.note(CM);
        if (cmtsMic !== 'good') output.note(CMTS);
      }
      done(holds ? EXIT.passed : EXIT.failed);
    });
};
