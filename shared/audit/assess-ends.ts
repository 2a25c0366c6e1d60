import type { Fact } from '../ledger/audit.ts';
import { isoOf, spoken } from './assess-entries.ts';
import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';
import { linkDigest } from './link.ts';

/** Chained and anchored every minute; what took longer than this is not under way. */
const graceMs = 10 * 60_000;

/** What is wrong between the chain and the heads that are kept outside: an end that was cut off, or another past. Pure. */
export const assessHeads = ({
  links,
  heads,
  start,
}: Pick<Evidence, 'links' | 'heads' | 'start'>): readonly Finding[] => {
  const digests = new Map(links.map(({ sequence, link }) => [sequence, linkDigest(link)]));
  const last = links.at(-1);
  const end = last?.sequence ?? 0;
  const forked = heads.flatMap(({ sequence, link, at }): readonly Finding[] => {
    const found = digests.get(sequence);
    if (found === undefined || found === link) return [];
    const because = `it was anchored as ${link} at ${isoOf(at)}, and is ${found} now: the chain was written anew from there or before`;
    return [{ code: 'forked', where: `link ${sequence}`, because }];
  });
  const newest = heads.reduce((most, { sequence }) => Math.max(most, sequence), 0);
  const beyond = heads.filter(({ sequence }) => sequence > end);
  const cut = beyond.map(({ at }) => at);
  const truncated: readonly Finding[] =
    beyond.length === 0
      ? []
      : [
          {
            code: 'truncated',
            where: `link ${end}`,
            because: `the chain ends here, and link ${newest} was anchored${Math.max(...cut) > 0 ? ` at ${isoOf(Math.max(...cut))}` : ''}: its end was cut off, or this is an old copy`,
          },
        ];
  const late = links.find(({ sequence, link }) => sequence > newest && link.at + graceMs < start.madeAt);
  const behind: readonly Finding[] =
    late === undefined
      ? []
      : [
          {
            code: 'not-anchored',
            where: `link ${late.sequence}`,
            because: `it was made at ${isoOf(late.link.at)} and is not anchored: its end may be cut off without a trace`,
          },
        ];
  return [...forked, ...truncated, ...behind];
};

/** What was done and stands nowhere in the chain, or twice. Pure. */
export const assessChained = ({ links, waiting, facts, start }: Omit<Evidence, 'heads'>): readonly Finding[] => {
  const late = waiting
    .filter(({ at }) => at + graceMs < start.madeAt)
    .map((entry): Finding => {
      const because = 'it waits for its place in the chain for longer than ten minutes: is `chainAudit` running?';
      return { code: 'not-chained', where: spoken(entry), because };
    });
  const chained = links.flatMap(({ sequence, entries }) =>
    entries.flatMap(({ entry, index }) => (entry === undefined ? [] : [{ entry, sequence, index }])),
  );
  const ids = new Map<string, string>();
  const twice = chained.flatMap(({ entry, sequence, index }): readonly Finding[] => {
    const where = `entry ${index + 1} of link ${sequence}`;
    const first = ids.get(entry.id);
    if (first === undefined) ids.set(entry.id, where);
    const because = `it is ${first} again: ${spoken(entry)}`;
    return first === undefined ? [] : [{ code: 'entry-twice', where, because }];
  });
  const nameOf = ({ partition, sort }: Pick<Fact, 'partition' | 'sort'>) => `${partition} ${sort}`;
  const known = new Set(
    [...chained.map(({ entry }) => entry), ...waiting].flatMap(({ fact }) => (fact ? nameOf(fact) : [])),
  );
  // What began before there was a chain is not in it: a rollout goes on with the code that it began with.
  const begun = chained.reduce((least, { entry }) => Math.min(least, entry.at), Number.POSITIVE_INFINITY);
  const unchained = facts
    .filter((fact) => fact.since >= begun && fact.at + graceMs < start.madeAt && !known.has(nameOf(fact)))
    .map((fact): Finding => {
      const because = `no entry is about it: it was put there by hand at ${isoOf(fact.at)} or later, or its entry was taken out`;
      return { code: 'fact-unchained', where: `row ${nameOf(fact)}`, because };
    });
  return [...late, ...twice, ...(start.withheld ? [] : unchained)];
};
