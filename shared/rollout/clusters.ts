/** How failures came in clusters before a write, as windows of counts show it. */
export interface Clusters {
  /** How many times the variance of independent requests a sum over many windows has at most, by a bound. At least 1. */
  readonly variance: number;
  /** About how many windows what fails together lasts. At least 1. */
  readonly lasting: number;
  /** How many windows that was read of. */
  readonly windows: number;
  /** Why so many windows do not show how failures cluster: what concludes without them is then no pass. */
  readonly unsure?: string;
}
