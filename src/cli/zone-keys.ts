import { type Command, Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { writeOctets } from '../api/files.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { dsOf, makeKeyFiles, signZoneFile } from '../api/zone-keys.ts';
import type { Output } from './output.ts';
import { jsonFlag } from './program.ts';

interface KeygenFlags {
  readonly algorithm: '13' | '15';
  readonly ksk?: true;
  readonly zsk?: true;
  readonly csk?: true;
  readonly folder: string;
  readonly json?: true;
}

interface SignFlags {
  readonly key: readonly string[];
  readonly origin?: string;
  readonly nsec3?: true;
  readonly salt: string;
  readonly iterations: number;
  readonly days: number;
  readonly out?: string;
}

/** Adds `zone keygen | ds | sign`. */
export function addKeyCommands(group: Command, output: Output, done: (code: number) => void): void {
  group
    .command('keygen <zone>')
    .description('draw a key that signs a zone: writes K*.key and K*.private, prints what the parent needs')
    .addOption(
      new Option('--algorithm <number>', '13 is ECDSA P-256, 15 is Ed25519')
        .choices(['13', '15'])
        .default('13'),
    )
    .addOption(new Option('--csk', 'one key for all; the default').conflicts(['ksk', 'zsk']))
    .addOption(new Option('--ksk', 'a key that signs the keys').conflicts(['csk', 'zsk']))
    .addOption(new Option('--zsk', 'a key that signs all but the keys').conflicts(['csk', 'ksk']))
    .addOption(new Option('--folder <path>', 'where to write').default('.'))
    .addOption(jsonFlag())
    .action((zone: string, flags: KeygenFlags) => done(keygen(output, zone, flags)));
  group
    .command('ds <file>')
    .description('print the DS records for the parent, of a .key file or of the keys in a zone file')
    .addOption(jsonFlag())
    .action((file: string, flags: { json?: true }) => {
      const records = dsOf(file);
      if (flags.json) output.json({ format_version: 1, verdict: 'pass', file, records });
      else output.text(records.map((line) => `${line}\n`).join(''));
      done(EXIT.passed);
    });
  group
    .command('sign <file>')
    .description('print a zone with signatures and proofs, for servers that do not sign')
    .requiredOption('--key <files...>', 'names of key files, as keygen printed them')
    .addOption(new Option('--origin <name>', "the zone's name, where the file does not say it"))
    .addOption(new Option('--nsec3', 'prove with hashed names (RFC 5155) in place of NSEC'))
    .addOption(new Option('--salt <hex>', 'of NSEC3; RFC 9276 §3.1 asks for none').default('-'))
    .addOption(wholeFlag('--iterations <count>', 'of NSEC3; RFC 9276 §3.1 asks for none', 0, 150))
    .addOption(wholeFlag('--days <count>', 'how long the signatures hold', 30, 3_650))
    .addOption(new Option('-o, --out <file>', 'where to write; left out, standard output'))
    .action((file: string, flags: SignFlags) => {
      const text = signZoneFile(file, {
        origin: flags.origin,
        keys: flags.key,
        nsec3: flags.nsec3 === true,
        salt: flags.salt,
        iterations: flags.iterations,
        validitySeconds: flags.days * 86_400,
        nowSeconds: Math.floor(Date.now() / 1000),
      });
      if (flags.out === undefined) output.text(text);
      else {
        refuseOverwrite([{ flag: '--out', path: flags.out }], [file]);
        writeOctets(flags.out, text);
      }
      done(EXIT.passed);
    });
}

function wholeFlag(usage: string, text: string, standard: number, most: number): Option {
  return new Option(usage, text).default(standard).argParser((word) => {
    const value = /^\d{1,5}$/.test(word) ? Number(word) : most + 1;
    if (value > most) throw new UsageError(`${usage.split(' ')[0]}: a whole number up to ${most}`);
    return value;
  });
}

function keygen(output: Output, zone: string, flags: KeygenFlags): number {
  const { path, tag, dnskey, ds } = makeKeyFiles({
    zone,
    algorithm: Number(flags.algorithm),
    role: flags.ksk ? 'ksk' : flags.zsk ? 'zsk' : 'csk',
    folder: flags.folder,
    nowSeconds: Math.floor(Date.now() / 1000),
  });
  if (flags.json) output.json({ format_version: 1, verdict: 'pass', path, tag, dnskey, ds });
  else {
    output.text(`${path}\n`);
    output.note(
      `${path}.private is the secret part (mode 0600)${ds.length > 0 ? '; the parent needs one of' : ''}`,
    );
    output.text(ds.map((line) => `${line}\n`).join(''));
  }
  return EXIT.passed;
}
