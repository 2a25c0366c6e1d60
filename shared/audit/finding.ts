/** What is wrong, as a script may match on it; docs/audit.md says what each means. */
export type FindingCode =
  | 'link-missing'
  | 'link-again'
  | 'link-misplaced'
  | 'link-unlinked'
  | 'link-edited'
  | 'other-key'
  | 'entry-edited'
  | 'entry-moved'
  | 'entry-gone'
  | 'entry-extra'
  | 'entry-twice'
  | 'fact-edited'
  | 'fact-gone'
  | 'fact-unchained'
  | 'truncated'
  | 'forked'
  | 'not-anchored'
  | 'not-chained';

/** Something that the chain shows to be other than it was written. */
export interface Finding {
  readonly code: FindingCode;
  /** `link 7`, `entry 3 of link 7`. */
  readonly where: string;
  /** What is so, and what that means. */
  readonly because: string;
}
