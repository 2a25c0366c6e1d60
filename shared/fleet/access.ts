import type { Holders, LimitedAction } from '../access/authorise.ts';
import type { AccessPolicy } from '../access/policy.ts';
import type { FleetFile } from './config.ts';

/** Who may do what, and who sees which private target, with the people that the config names as holding the roles. */
export const toAccess = ({ access, roles, targets }: Pick<FleetFile, 'access' | 'roles' | 'targets'>): AccessPolicy => {
  const holdersOf = (asked: readonly string[]): Holders => ({
    roles: asked,
    holders: [...new Set(asked.flatMap((role) => roles[role] ?? []))].sort(),
  });
  const actions: Partial<Record<LimitedAction, Holders>> = {};
  for (const [action, asked] of Object.entries(access) as readonly [LimitedAction, readonly string[] | undefined][]) {
    if (asked !== undefined) actions[action] = holdersOf(asked);
  }
  const privateTargets = Object.entries(targets).flatMap(([name, entry]) =>
    entry.private === undefined ? [] : [[name, holdersOf(entry.private.roles)] as const],
  );
  return { actions, privateTargets: Object.fromEntries(privateTargets) };
};
