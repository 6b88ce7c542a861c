import { Argument } from 'commander';
import { EXIT } from '../api/exit.ts';
import { candidatesFor } from './candidates.ts';
import { defineVerb, type Verb, type VerbEntry } from './program.ts';
import { SCRIPTS } from './shell-scripts.ts';

/** `completion bash` prints what a shell reads once; with words behind it, which that script asks for, what may be typed next. */
export function completion(verbs: readonly VerbEntry[]): Verb {
  return defineVerb(
    'completion',
    (command) => {
      command
        .addArgument(new Argument('<shell>', 'for which shell').choices(Object.keys(SCRIPTS)))
        .argument('[words...]', 'asked by the shell: what is typed so far')
        .addHelpText(
          'after',
          '\nFor one shell:  source <(headend completion bash)\nFor all:        headend completion bash > ~/.local/share/bash-completion/completions/headend\n                headend completion zsh  > a folder of $fpath, as _headend\n                headend completion fish > ~/.config/fish/completions/headend.fish',
        );
    },
    async (session, [shell = '', ...words], _flags) => {
      if (words.length === 0) {
        session.output.text(SCRIPTS[shell] ?? '');
        return EXIT.passed;
      }
      for (const { text, about } of await candidatesFor(words, { verbs, session }))
        session.output.text(`${oneLine(text)}\t${oneLine(about)}\n`);
      return EXIT.passed;
    },
  );
}

/** File names may have anything in them; a shell reads lines. */
function oneLine(text: string): string {
  return text.replace(/[\0-\x1f\x7f-\x9f]/g, ' ');
}
