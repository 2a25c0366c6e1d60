import type { AuditFilter, AuditRow } from '../rows/read-audit.ts';

/** How far the log is chained and kept outside, as the instance itself has it: nothing of it was verified. */
export interface Chained {
  readonly sequence: number;
  /** Epoch milliseconds at which the newest link was made. */
  readonly at: number;
  /** The newest link that is kept outside. */
  readonly anchored?: number;
}

/** The audit log, newest first. */
export interface AuditView {
  readonly filter: AuditFilter;
  readonly entries: readonly AuditRow[];
  /** Number of a link: those before it are the next page. Absent: there is nothing older. */
  readonly older?: number;
  /** Absent: nothing was chained yet. */
  readonly chained?: Chained;
}
