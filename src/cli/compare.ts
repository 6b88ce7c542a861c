import { comparePolicies, comparisonLines, comparisonSvg } from '../api/compare.ts';
import { EXIT } from '../api/exit.ts';
import { writeOctets } from '../api/files.ts';
import { loadScenario } from '../api/load-scenario.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { filesOfLoaded } from '../api/watch.ts';
import { addSetFlags, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag, splitWords } from './program.ts';

export const compare = defineVerb(
  'compare',
  (command) => {
    command
      .argument('<file>', 'a scenario with a population of visitors')
      .argument('<name>', 'the name whose policy is exchanged')
      .requiredOption('--policies <words>', 'the policies, such as failover,weighted', splitWords)
      .option('--svg <file>', 'draw shares, outage, look-up times, latency of users and queries')
      .addOption(jsonFlag());
    addSetFlags(command);
  },
  async ({ output }, [file = '', name = ''], flags) => {
    const loaded = loadScenario(file, loadOptionsOf(flags));
    const svg = flags['svg'] as string | undefined;
    if (svg !== undefined) refuseOverwrite([{ flag: '--svg', path: svg }], filesOfLoaded(loaded));
    const results = await comparePolicies(loaded, name, flags['policies'] as readonly string[]);
    if (svg !== undefined) writeOctets(svg, comparisonSvg(name, results));
    if (flags['json'] === true)
      output.json({
        format_version: 1,
        verdict: 'pass',
        name,
        policies: results.map((result) => ({
          policy: result.policy,
          shares: result.shares,
          outage_seconds: result.outageSeconds,
          lookup_ms: result.lookupMs,
          lookups: result.lookups,
          user_latency_ms: result.userLatency.ms ?? null,
          user_latency_known: result.userLatency.knownPercent,
          user_latency_unknown: result.userLatency.unknown,
          user_latencies: result.userLatency.curve,
          authority_queries: result.authorityQueries,
          queries: result.queries,
          outage: result.outage,
        })),
      });
    else output.lines(comparisonLines(results, output.columns));
    return EXIT.passed;
  },
);
