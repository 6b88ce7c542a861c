import type { Instant } from '../core/time.ts';
import type { LinkExplanation, ReasonGiven, Standing } from '../engine/dns/explain-answer.ts';
import type { PolicyExplanation } from '../engine/dns/policy-routing.ts';
import type { GroupStep, TargetStep } from '../policy/dns/explanation.ts';
import type { CheckReport } from '../policy/dns/health-view.ts';
import { formatDuration } from '../report/line.ts';
import type { Tree } from '../report/tree.ts';

/** One name of the chain as a tree: where it stands, what its policy did, which case was met. */
export function linkTree(link: LinkExplanation, at: Instant): Tree {
  const { name, standing, policy, reasons } = link;
  const met = reasons.filter(({ id }) => policy === undefined || !id.startsWith('HE-ROUTE-'));
  return {
    text: name,
    style: 'strong',
    children: [
      ...standingTrees(standing),
      ...(policy === undefined ? [] : policyTrees(policy, at)),
      ...met.map(caseTree),
    ],
  };
}

function caseTree({ id, says }: ReasonGiven): Tree {
  return { text: `${id} ${says}`, style: 'message' };
}

function standingTrees(standing: Standing | undefined): Tree[] {
  if (standing === undefined) return [{ text: 'no zone of this server has it' }];
  const { zone, serial, closestEncloser, exists, types, wildcard, hiddenBy } = standing;
  const has = types.length === 0 ? 'no records' : types.join(' ');
  const trees: Tree[] = [{ text: `zone ${zone} serial ${serial}` }];
  if (hiddenBy !== undefined)
    trees.push({
      text:
        hiddenBy.kind === 'cut'
          ? `the zone ends at ${hiddenBy.name}: it is delegated`
          : `${hiddenBy.name} has a DNAME: what is below it is elsewhere`,
    });
  if (exists) trees.push({ text: `the name exists: ${has}` });
  else trees.push({ text: `closest encloser ${closestEncloser}, the longest name that exists` });
  if (wildcard !== undefined) trees.push({ text: `${wildcard} stands in for it: ${has}` });
  return trees;
}

function policyTrees(policy: PolicyExplanation, at: Instant): Tree[] {
  const { client, passes, outcome, chosen, scope, ttl } = policy;
  const where = client.location === undefined ? 'at no location of the file' : `at ${client.location}`;
  const trees = passes.map((step) => stepTree(step, at));
  return [
    { text: `client ${client.address}, known by its ${client.by}, ${where}` },
    ...trees,
    { text: outcomeWords(outcome, chosen), style: outcome === 'picked' ? 'good' : 'warn' },
    { text: `scope /${scope.prefixLength}: ${scope.why}` },
    { text: `TTL ${ttl.seconds} s: ${ttl.why}` },
  ];
}

function outcomeWords(outcome: PolicyExplanation['outcome'], chosen: readonly string[]): string {
  switch (outcome) {
    case 'picked':
      return `chosen: ${chosen.join(', ')}`;
    case 'servfail':
      return 'nothing is healthy: SERVFAIL, as the file wants';
    default:
      return 'nothing is chosen: no data';
  }
}

const FALLBACKS: Readonly<Record<string, string>> = {
  open: 'nothing is healthy: all are taken as healthy, and chosen from again',
  nodata: 'nothing is healthy: no data, as the file wants',
  servfail: 'nothing is healthy: SERVFAIL, as the file wants',
  threshold: 'less of the weight is healthy than the threshold: down, and all weights are used',
};

/** One pass over a group: its targets in the order of visits, then those that the policy did not come to. */
function stepTree(step: GroupStep, at: Instant): Tree {
  const { name, type, policy, ttlSeconds, isOpen, draws, targets, fallbacks } = step;
  const drew = draws.map(({ value, of }) => `drew ${value} of ${of}`);
  const words = [`${policy} ${name} ${type}`, `TTL ${ttlSeconds} s`, ...drew];
  if (isOpen) words.push('all taken as healthy');
  const order = targets.toSorted((a, b) => (a.visit ?? Infinity) - (b.visit ?? Infinity));
  return {
    text: words.join(', '),
    children: [
      ...order.map((target) => targetTree(target, at)),
      ...fallbacks.map((how): Tree => ({ text: FALLBACKS[how] ?? how, style: 'warn' })),
    ],
  };
}

const MARKS = {
  chosen: { mark: '✓', why: 'chosen', style: 'good' },
  down: { mark: '✗', why: 'refused: its check is down', style: 'bad' },
  'branch down': { mark: '✗', why: 'refused: nothing behind it is healthy', style: 'bad' },
  'no match': { mark: '·', why: 'not for this client', style: 'dim' },
  'not reached': { mark: '·', why: 'the policy did not come to it', style: 'dim' },
} as const;

function targetTree(target: TargetStep, at: Instant): Tree {
  const { id, data, alias, verdict, visit, check, measure, branch } = target;
  const { mark, why, style } = MARKS[verdict];
  const content = alias === undefined ? data.join(' ') : `alias ${alias}`;
  const place = visit === undefined ? '' : `${visit}. `;
  const parts = [`${mark} ${place}${id}`, ...(measure === '' ? [] : [measure]), content, why];
  return {
    text: parts.join(' · '),
    style,
    children: [
      ...(check === undefined ? [] : [{ text: healthWords(check, at) }]),
      ...branch.map((step) => stepTree(step, at)),
    ],
  };
}

/** `check eu is down for 45 s, looked at 5 s ago, failures 3: connect timed out`. */
function healthWords(check: CheckReport, at: Instant): string {
  const { name, isHealthy, changedAt, probedAt, successes, failures, reason } = check;
  const since = changedAt === undefined ? 'from the start' : `for ${formatDuration(at - changedAt)}`;
  const counts =
    successes + failures === 0 ? '' : `, in a row ${successes} successes and ${failures} failures`;
  const looked = probedAt === undefined ? '' : `, looked at ${formatDuration(at - probedAt)} ago`;
  return `check ${name} is ${isHealthy ? 'up' : 'down'} ${since}${looked}${counts}: ${reason}`;
}
