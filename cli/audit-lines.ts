import type { AuditRow } from '../console/rows/read-audit.ts';
import { isoOf } from '../shared/audit/assess-entries.ts';
import type { Verification } from '../shared/audit/verify-audit.ts';
import { printable } from './printable.ts';
import type { Paint } from './progress.ts';

/** One thing that was done, on one line. Pure. */
export const auditLine = ({ at, actor, action, text, link, rollout, target }: AuditRow, paint: Paint): string => {
  const about = [target, rollout].filter((part) => part !== undefined).join(' in ');
  const place = link === undefined ? 'waits' : `link ${link}`;
  const end = [about, place].filter((part) => part !== '').join(', ');
  const what = printable(`${action}: ${text}`);
  return `${isoOf(at)}  ${paint('bold', printable(actor))} ${what}  ${paint('dim', `(${printable(end)})`)}`;
};

/** What a verification came to, and what it rests on. Pure. */
export const verificationLines = (verification: Verification, paint: Paint): readonly string[] => {
  const { outcome, findings, links, entries, head, anchored, keys, keysFrom, lookedForUnchained } = verification;
  const counts = [
    `${links} links`,
    `${entries.verified} entries as they were chained`,
    ...(entries.hidden > 0 ? [`${entries.hidden} withheld from you, of which the digests are chained`] : []),
    ...(entries.expired > 0
      ? [`${entries.expired} past their retention and gone, of which the digests are chained`]
      : []),
    ...(entries.waiting > 0 ? [`${entries.waiting} wait for their place`] : []),
  ].join(', ');
  const said = {
    whole: `${paint('green', 'WHOLE')}  ${counts}`,
    damaged: `${paint('red', 'DAMAGED')}  ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}; ${counts}`,
    nothing: `${paint('yellow', 'NOTHING')}  nothing is chained yet, so nothing was verified`,
  }[outcome];
  return [
    said,
    ...findings.map(({ code, where, because }) => `  ${printable(`${code}  ${where}: ${because}`)}`),
    ...(head === undefined ? [] : [`  up to link ${head.sequence} of ${isoOf(head.at)}: ${head.link}`]),
    anchored === undefined
      ? '  no anchored head was given: an end that was cut off is not seen'
      : `  anchored up to link ${anchored.sequence}`,
    ...keys.map((key) =>
      keysFrom === 'asker'
        ? `  signed by your key ${key}`
        : `  signed by key ${key}, which the instance itself says is right; give the one that you keep with --key`,
    ),
    ...(lookedForUnchained ? [] : ['  rows that no entry is about were not looked for: you may not see all of them']),
  ];
};
