import { type AccessPolicy, openPolicy } from '../access/policy.ts';
import type { Ledger } from './ledger.ts';
import { stored, update } from './update.ts';

const key = { partition: 'access', sort: 'current' };

interface KeptPolicy extends AccessPolicy {
  /** When the fleet's rollout first began whose config it is of. */
  readonly since: number;
}

/** Who may do what now. Before a config was ever read nothing is kept to anybody. */
export const readAccess = async (ledger: Ledger): Promise<AccessPolicy> => {
  const row = await ledger.get(key);
  return row === undefined ? openPolicy : stored<KeptPolicy>(row);
};

/**
 * What a config that was just read says is private, before anything is said of its release, which may be refused: the targets that were not so
 * before. Who may do what, and who sees those that were, stays as it is. An older config changes nothing. Twice is as once.
 */
export const keepPrivate = async (
  ledger: Ledger,
  privateTargets: AccessPolicy['privateTargets'],
  since: number,
): Promise<void> => {
  await update(ledger, key, (row) => {
    const before: KeptPolicy = row === undefined ? { ...openPolicy, since: 0 } : stored<KeptPolicy>(row);
    const isKnown = Object.keys(privateTargets).every((target) => Object.hasOwn(before.privateTargets, target));
    if (isKnown || before.since > since) return undefined;
    return { ...before, privateTargets: { ...privateTargets, ...before.privateTargets } };
  });
};

/**
 * Who may do what from now on, as the config of a rollout of the fleet says it whose first try began at `since`, and which has these targets.
 * An older one changes nothing. What was private and is no target any more stays so: what is kept of it is as private as it was. Twice is as once.
 */
export const keepAccess = async (
  ledger: Ledger,
  { actions, privateTargets }: AccessPolicy,
  targets: ReadonlySet<string>,
  since: number,
): Promise<void> => {
  await update(ledger, key, (row) => {
    const before = row === undefined ? undefined : stored<KeptPolicy>(row);
    if (before !== undefined && before.since > since) return undefined;
    const gone = Object.entries(before?.privateTargets ?? {}).filter(([target]) => !targets.has(target));
    return { actions, privateTargets: { ...Object.fromEntries(gone), ...privateTargets }, since };
  });
};
