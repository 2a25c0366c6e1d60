/**
 * What a target's API server is to know of fencing tokens: `install` has it refuse stale writers, by a policy that is installed where that
 * may be done; `expect` writes to the target only where the policy is there already; `never` does not ask for it.
 */
export type AdmissionPolicy = 'install' | 'expect' | 'never';

/** What the API server of a target does about stale writers. Without the policy resourceVersion preconditions are all there is. */
export type FenceStanding = { readonly isEnforced: true } | { readonly isEnforced: false; readonly because: string };
