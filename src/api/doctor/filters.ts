import type { FilterFacts } from '../../analysis/doctor/facts.ts';
import { escapeText } from '../../core/text.ts';
import { textOf } from './machine.ts';
import { runTool, type ToolResult } from './tools.ts';

/** The packet filter by its own tools, which only an administrator may ask. */
export async function collectFilters(): Promise<FilterFacts> {
  if (process.platform !== 'linux') return { nft: undefined, iptables: [], unread: '' };
  const [nft, iptables] = await Promise.all([
    runTool('nft', '-j', 'list', 'ruleset'),
    runTool('iptables-save'),
  ]);
  // The older tables are the kernel's other filter: `iptables-save` shows them where it is the older tool.
  const hasLegacy = textOf('/proc/net/ip_tables_names') !== '';
  const legacy =
    hasLegacy && iptables.out.includes('nf_tables') ? await runTool('iptables-legacy-save') : undefined;
  const texts = [iptables, legacy].flatMap((tool) => (tool?.code === 0 ? [tool.out] : []));
  return {
    nft: nft.code === 0 ? nft.out : undefined,
    iptables: texts.filter((text) => text !== ''),
    unread: unread(nft, iptables),
  };
}

function unread(nft: ToolResult, iptables: ToolResult): string {
  if (nft.isAbsent && iptables.isAbsent)
    return 'neither nft nor iptables-save is installed here (the host of a container may filter all the same)';
  return [refusal('nft', nft), refusal('iptables-save', iptables)].filter((text) => text !== '').join('; ');
}

function refusal(name: string, { code, isAbsent, err }: ToolResult): string {
  if (isAbsent || code === 0) return '';
  const [line = ''] = err.trim().split('\n');
  const isRight = /not permitted|must be root|Permission denied|Could not fetch/i.test(err);
  return `${name} ${isRight ? 'needs root: run headend doctor with sudo to see it' : `says: ${escapeText(line.slice(0, 120))}`}`;
}
