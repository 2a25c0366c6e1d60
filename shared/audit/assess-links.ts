import type { GivenLink } from './evidence.ts';
import type { Finding } from './finding.ts';
import { firstPrevious, linkDigest, messageOf } from './link.ts';
import { fingerprintOf, isSigned } from './signing.ts';

/** A public key with what it is known by. */
export interface KnownKey {
  readonly pem: string;
  readonly fingerprint: string;
}

/** Throws `KeyUnreadable`. */
export const knownKey = (pem: string): KnownKey => ({ pem, fingerprint: fingerprintOf(pem) });

/** What is wrong with the links by themselves: their numbers, that each follows the one before, and who signed it. Pure. */
export const assessLinks = (links: readonly GivenLink[], keys: readonly KnownKey[], isPinned: boolean): Finding[] =>
  links.flatMap((given, place) => [
    ...assessPlace(given, place, links),
    ...assessSignature(given, links[place - 1], keys, isPinned),
  ]);

const assessPlace = ({ sequence, link }: GivenLink, place: number, links: readonly GivenLink[]): readonly Finding[] => {
  const where = `link ${sequence}`;
  const before = links[place - 1];
  const expected = (before?.sequence ?? 0) + 1;
  if (sequence < expected) {
    const isAgain = links.slice(0, place).some((each) => each.sequence === sequence);
    const because = isAgain ? `it stands here a second time` : `it stands after link ${before?.sequence}`;
    return [
      { code: isAgain ? 'link-again' : 'link-misplaced', where, because: `${because}; expected link ${expected}` },
    ];
  }
  const findings: Finding[] = [];
  if (sequence > expected) {
    const gone = sequence - expected === 1 ? `link ${expected} is` : `links ${expected} to ${sequence - 1} are`;
    findings.push({ code: 'link-missing', where, because: `${gone} not there: what was done then was taken out` });
  }
  if (link.sequence !== sequence) {
    const because = `its row holds link ${link.sequence}: links were put in another order, or one was put in the place of another`;
    findings.push({ code: 'link-misplaced', where, because });
  }
  const previous = before === undefined ? firstPrevious : linkDigest(before.link);
  if (sequence === expected && link.previous !== previous) {
    const what =
      before === undefined
        ? 'it does not begin the chain'
        : `it does not follow link ${before.sequence} as that is now`;
    findings.push({ code: 'link-unlinked', where, because: `${what}: one of the two was changed or replaced` });
  }
  return findings;
};

const assessSignature = (
  { sequence, link }: GivenLink,
  before: GivenLink | undefined,
  keys: readonly KnownKey[],
  isPinned: boolean,
): readonly Finding[] => {
  const where = `link ${sequence}`;
  const key = keys.find(({ fingerprint }) => fingerprint === link.key);
  if (key === undefined) {
    const because = `it says that it was signed by key ${link.key}, which is none of those it is verified with`;
    return [{ code: 'other-key', where, because }];
  }
  if (!isSigned(messageOf(link), link.signature, key.pem)) {
    const because =
      'its signature is not of what it holds: it was changed after it was signed, or signed by somebody else';
    return [{ code: 'link-edited', where, because }];
  }
  // Whoever can write to the ledger can put a key there. A change of keys is believed where the keys are told from outside.
  if (isPinned || before === undefined || before.link.key === link.key) return [];
  const because = `it is signed by another key than link ${before.sequence}; give both with --key where that was meant`;
  return [{ code: 'other-key', where, because }];
};
