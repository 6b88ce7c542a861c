import { askAlong, clientWords, digClient, digMoment, digQuestion, digServer } from '../api/dig.ts';
import {
  answerLines,
  answerPlain,
  explanationLines,
  explanationPlain,
  wantLines,
  wantPlain,
} from '../api/dig-lines.ts';
import { whatMustChange } from '../api/dig-want.ts';
import { EXIT } from '../api/exit.ts';
import { formatDuration, span } from '../api/report.ts';
import { loadScenario } from '../api/load-scenario.ts';
import { addSetFlags, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag, seedFlag, seedOf } from './program.ts';

export const dig = defineVerb(
  'dig',
  (command) => {
    command
      .argument('<file>', 'a scenario file with a name server')
      .argument('<name>', 'the name to ask for')
      .argument('[type]', 'the type to ask for', 'A')
      .option('--client <net>', 'who asks: an address, or a network that its resolver tells (RFC 7871)')
      .option('--from <address>', 'the resolver that asks for the client')
      .option('--at <time>', 'when: 90s, or 12:03 on the scenario’s clock; left out, at the end')
      .option('--server <name>', 'the name server to ask; left out, the one that has the zone')
      .option('--dnssec', 'ask for signatures, too')
      .option('--explain', 'all that led to the answer, as a tree')
      .option('--want <data>', 'what must change for this answer, such as 192.0.2.7')
      .addOption(seedFlag())
      .addOption(jsonFlag());
    addSetFlags(command);
  },
  ({ output }, [file = '', name = '', type = 'A'], flags) => {
    const text = (flag: string): string | undefined => flags[flag] as string | undefined;
    const loaded = loadScenario(file, loadOptionsOf(flags));
    const question = {
      ...digQuestion(name, type),
      client: digClient(text('client'), text('from')),
      dnssecOk: flags['dnssec'] === true,
    };
    const server = digServer(loaded, question.qname, text('server'));
    const request = { loaded, server, question, at: digMoment(text('at'), loaded), seed: seedOf(flags) };
    const [answer] = askAlong(loaded, server, [request], request.seed);
    if (answer === undefined) {
      output.note(`headend: ${server.name} is down at ${formatDuration(request.at)}: nobody answers`);
      return EXIT.failed;
    }
    const wanted = text('want');
    const want = wanted === undefined ? undefined : whatMustChange(request, wanted);
    const exitCode = answer.message === undefined ? EXIT.failed : EXIT.passed;
    if (flags['json'] === true)
      output.json({
        format_version: 1,
        verdict: exitCode === EXIT.passed ? 'pass' : 'fail',
        server: server.name,
        ...answerPlain(answer, question),
        ...(flags['explain'] === true ? { explanation: explanationPlain(answer) } : {}),
        ...(want === undefined ? {} : { want: wantPlain(want) }),
      });
    else {
      const asked = `;; ${server.name} at ${formatDuration(request.at)}, asked by ${clientWords(question.client)}`;
      output.lines([[span(asked, 'dim')], ...answerLines(answer, question)]);
      if (flags['explain'] === true) output.lines([[], ...explanationLines(answer, output.columns)]);
      if (want !== undefined) output.lines([[], ...wantLines(want, output.columns)]);
    }
    return exitCode;
  },
);
