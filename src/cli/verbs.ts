import type { VerbEntry } from './program.ts';

/** In the order of the help. */
export const VERBS: readonly VerbEntry[] = [
  {
    name: 'run',
    summary:
      'run scenarios and judge them: in the simulation, or with --mode live over real sockets on loopback',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'merge',
    summary:
      'join the results of shards: histograms add, the worst verdict wins, what is missing is inconclusive',
    load: async () => (await import('./merge.ts')).merge,
  },
  {
    name: 'plan',
    summary: 'show what would start: hosts, ports, rights, timeline; nothing is opened',
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'validate',
    summary: 'check scenario files and all that they name, without running them',
    load: async () => (await import('./validate.ts')).validate,
  },
  {
    name: 'schema',
    summary: 'print the JSON Schema of scenario files, for editors',
    load: async () => (await import('./schema.ts')).schema,
  },
  {
    name: 'serve',
    summary: "run a scenario's servers for real clients, on loopback unless told",
    load: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'reload',
    summary: 'make a running serve read its file again, without losing a query or a lease',
    load: async () => (await import('./reload.ts')).reload,
  },
  {
    name: 'health',
    summary: 'what a running serve says of itself: sockets, pools, disk, the last reload',
    load: async () => (await import('./health.ts')).health,
  },
  {
    name: 'init',
    summary: 'write a lab file, by asking, from flags, or from a shipped scenario',
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'import',
    summary:
      "make a scenario file of another server's configuration (Kea, ISC dhcpd, dnsmasq), or of a capture",
    load: async () => (await import('./import.ts')).importVerb,
  },
  {
    name: 'leases',
    summary: 'list the leases of a serve, running or not',
    load: async () => (await import('./leases.ts')).leases,
  },
  {
    name: 'probe',
    summary: 'ask a real server one thing and show the answer',
    load: async () => (await import('./probe.ts')).probe,
  },
  {
    name: 'dig',
    summary: "ask a scenario's name server at a moment of its run, and be told why it answers as it does",
    load: async () => (await import('./dig.ts')).dig,
  },
  {
    name: 'compare',
    summary: 'run one workload under several routing policies: shares, outage, look-up times, queries',
    load: async () => (await import('./compare.ts')).compare,
  },
  {
    name: 'ladder',
    summary: 'draw the packets of hosts out of a file that run --trace wrote',
    load: async () => (await import('./ladder.ts')).ladder,
  },
  {
    name: 'view',
    summary: 'make one HTML file of what run --trace wrote: ladder, packets, timeline, charts',
    load: async () => (await import('./view.ts')).view,
  },
  {
    name: 'diff',
    summary: 'compare two runs, or two traces: the first event that differs',
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    name: 'replay',
    summary: 'run again what a trace or a result is of, and say whether it is the same',
    load: async () => (await import('./replay.ts')).replay,
  },
  {
    name: 'shrink',
    summary: 'make a failing scenario as small as it can be and still fail',
    load: async () => (await import('./shrink.ts')).shrink,
  },
  {
    name: 'explain',
    summary: 'say what a code (HE-DHCP-014) or a word (dora, mic) means, or what is wrong in a trace',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'lesson',
    summary: 'incidents whose cause is hidden: run one, look, guess, see the proof',
    load: async () => (await import('./lesson.ts')).lesson,
  },
  {
    name: 'docsis',
    summary: 'read, write and check DOCSIS configuration files',
    load: async () => (await import('./docsis.ts')).docsis,
  },
  {
    name: 'zone',
    summary: 'check, test, print, compare, sign and bring in zones',
    load: async () => (await import('./zone.ts')).zone,
  },
  {
    name: 'doctor',
    summary: 'look at this machine: ports, rights, interfaces, clock, and what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'completion',
    summary: 'print the completion of this command for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).completion(VERBS),
  },
];
