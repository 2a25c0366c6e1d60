/** How a name is looked up, for its own sake. */
export interface LookupInit {
  readonly family?: 4 | 6;
  readonly signal?: AbortSignal;
}

/** The addresses of a name, in the order they were answered. Rejects with `Unreachable` (`dns_failed`) where there is none. */
export type Lookup = (name: string, init: LookupInit) => Promise<readonly string[]>;
