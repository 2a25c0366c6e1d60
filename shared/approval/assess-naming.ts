import type { Actor, Permission } from '../access/authorise.ts';
import type { Approval, VoteRefusal } from './approval.ts';

/** Whether a yes names the deletes of a plan; `named` is absent where the one who says it has no say in them. */
export type Naming =
  | { readonly ok: true; readonly named?: number }
  | { readonly ok: false; readonly code: VoteRefusal; readonly because: string };

/**
 * Whether a yes names what is deleted. | nothing has to be named, no number | goes on | | nothing has to be named, a number | refused | |
 * may not name, no number | counts for the wave alone | | may not name, a number | refused | | may name, no number | refused: an ordinary
 * yes lifts nothing | | may name, another number | refused | | may name, the number | named |. Pure.
 */
export const assessNaming = (
  { approval, deletes }: Pick<Approval, 'approval' | 'deletes'>,
  named: number | undefined,
  permission: Permission | undefined,
  actor: Pick<Actor, 'name'>,
): Naming => {
  if (deletes === undefined || permission === undefined) {
    if (named === undefined) return { ok: true };
    return refuse('other-deletes', `approval ${approval} has no deletes to name; approve it without a number`);
  }
  if (!permission.allowed) {
    if (named === undefined) return { ok: true };
    const roles = deletes.roles.join(' or ');
    const because = `${actor.name} may not name the deletes of this plan (${permission.because}); approve without a number, and let a ${roles} name them`;
    return refuse('not-allowed', because);
  }
  if (named === undefined) {
    return refuse(
      'deletes-unnamed',
      `this plan deletes ${deletes.count} objects that only an approval by name lifts; read the list and confirm their number with --deletes ${deletes.count}, or reject it`,
    );
  }
  if (named !== deletes.count) {
    return refuse('other-deletes', `this plan deletes ${deletes.count} objects, not ${named}; read the list again`);
  }
  return { ok: true, named };
};

const refuse = (code: VoteRefusal, because: string): Naming => ({ ok: false, code, because });
