import { readAuditHeads, readAuditLinks, readAuditStart, readAuditWaiting } from '../../console/rows/read-audit.ts';
import { readAuditFacts } from '../../console/rows/read-audit-facts.ts';
import type { Anchor } from '../../shared/audit/anchor.ts';
import type { Evidence, GivenLink } from '../../shared/audit/evidence.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import type { Clock } from '../../shared/outside/clock.ts';

/** All that an instance gives to whoever verifies, in the order in which it is asked for. */
export const evidenceOf = async (
  { ledger, anchor, clock }: { readonly ledger: Ledger; readonly anchor: Anchor; readonly clock: Pick<Clock, 'now'> },
  hidden: ReadonlySet<string> = new Set(),
): Promise<Evidence> => {
  const facts: Evidence['facts'][number][] = [];
  for (let next: string | undefined = ''; next !== undefined; ) {
    const page: Awaited<ReturnType<typeof readAuditFacts>> = await readAuditFacts(next, ledger);
    facts.push(...page.facts);
    next = page.next;
  }
  const start = await readAuditStart(hidden, { ledger, clock });
  const { waiting } = await readAuditWaiting('', hidden, ledger);
  const { heads } = await readAuditHeads('', anchor.list);
  const links: GivenLink[] = [];
  for (let page = await readAuditLinks(0, hidden, ledger); page.length > 0; ) {
    links.push(...page);
    page = await readAuditLinks(page.at(-1)?.sequence ?? 0, hidden, ledger);
  }
  return JSON.parse(JSON.stringify({ start, waiting, heads, links, facts }));
};
