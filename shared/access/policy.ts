import { type Actor, authorise, type Holders, type LimitedAction, type Permission } from './authorise.ts';

/** Who may do what, as the newest config says it. */
export interface AccessPolicy {
  readonly actions: Readonly<Partial<Record<LimitedAction, Holders>>>;
  /** Private target -> who may see it. */
  readonly privateTargets: Readonly<Record<string, Holders>>;
}

/** Before the first config was read: whoever is known may do anything, and nothing is private. */
export const openPolicy: AccessPolicy = { actions: {}, privateTargets: {} };

/** Whether somebody may do something. Pure. */
export const mayDo = (actor: Actor, action: LimitedAction, { actions }: AccessPolicy): Permission =>
  authorise(actor, { action, ...actions[action] });

/** The private targets that somebody may not see. Pure. */
export const hiddenFrom = (actor: Actor, { privateTargets }: AccessPolicy): ReadonlySet<string> =>
  new Set(
    Object.entries(privateTargets)
      .filter(([target, holders]) => !authorise(actor, { action: 'read-target', target, ...holders }).allowed)
      .map(([target]) => target),
  );
