import { ActionRefused, type Actions } from '../../console/actions.ts';
import { withdrawApprovals } from '../../shared/approval/withdraw-approvals.ts';
import { holdKey, liftHold, readHolds, setHold } from '../../shared/ledger/holds.ts';
import { readRollout } from '../../shared/ledger/rollouts.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { stepFunctions } from '../../shared/outside/step-functions.ts';
import { abortRollout } from '../../shared/release/abort-rollout.ts';
import { startRollout } from '../../shared/release/start-rollout.ts';
import { type Hold, nameOf } from '../../shared/rollout/holds.ts';

type HoldingActions = Pick<Actions, 'hold' | 'lift' | 'abort' | 'retry'>;

/** Whether a hold would end sooner, or let more by, than the one it takes the place of: that is lifting, which is asked for by its name. */
const loosens = (hold: Hold, before: Hold): boolean =>
  (before.until ?? Number.POSITIVE_INFINITY) > (hold.until ?? Number.POSITIVE_INFINITY) ||
  (!before.allowsRollback && hold.allowsRollback);

/** What people do to what runs: hold it, let it go on, end it, begin it again. */
export const holdingActions = (outside: Outside): HoldingActions => {
  const { ledger, clock } = outside;
  return {
    hold: async ({ forMs, ...asked }, actor) => {
      if (asked.scope === 'rollout') await underWay(asked.name, outside);
      const at = clock.now();
      const hold = { ...asked, by: actor.name, at, ...(forMs === undefined ? {} : { until: at + forMs }) };
      const before = (await readHolds(ledger)).find((each) => holdKey(each).sort === holdKey(hold).sort);
      if (before !== undefined && loosens(hold, before)) {
        const until =
          before.until === undefined ? 'until it is lifted' : `until ${new Date(before.until).toISOString()}`;
        const because = `${nameOf(before)} by ${before.by}, ${until}${before.allowsRollback ? '' : ', rollbacks too'}; lift that first`;
        throw new ActionRefused(409, 'HELD_LONGER', because);
      }
      await setHold(ledger, hold);
      return hold;
    },
    lift: async ({ because, ...key }, actor) => {
      const lifted = await liftHold(ledger, key, { by: actor.name, because, at: clock.now() });
      if (lifted !== undefined) return lifted;
      const others = (await readHolds(ledger)).map(nameOf);
      const now = others.length === 0 ? 'nothing is held now' : `now: ${others.join('; ')}`;
      throw new ActionRefused(404, 'NOT_HELD', `it is not so that ${nameOf(key)}; ${now}`);
    },
    abort: async (rollout, because, actor) => {
      const why = { by: actor.name, because };
      const result = await abortRollout(rollout, why, outside);
      if (result.status === 'refused') {
        throw new ActionRefused(result.code === 'UNKNOWN_ROLLOUT' ? 404 : 409, result.code, result.because);
      }
      const said = { ...why, because: `aborts the rollout: ${because}` };
      await withdrawApprovals(rollout, said, stepFunctions(outside), outside);
      return { rollout, because: result.because };
    },
    retry: async (rollout, actor) => {
      const row = await readRollout(ledger, rollout);
      if (row === undefined) throw new ActionRefused(404, 'UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
      const outcome = row.end?.outcome ?? 'running';
      if (outcome !== 'partial' && outcome !== 'failed') {
        const because = `rollout ${rollout} is ${outcome}; only one that ended partial or failed is begun again as it was`;
        throw new ActionRefused(409, 'NOT_RETRIABLE', because);
      }
      const { repository, commit, authors, rollback = false, only } = row;
      const request = {
        repository,
        commit,
        by: actor.name,
        authors: [...new Set([...authors, ...starterOf(actor)])],
        rollback,
        ...(only === undefined ? {} : { only }),
      };
      return startRollout(request, await nextName(rollout, outside), stepFunctions(outside), outside);
    },
  };
};

/** Four eyes: who begins it again is one pair, as who begins it. */
const starterOf = ({ name, roles }: Parameters<HoldingActions['retry']>[1]): readonly string[] =>
  roles === 'all' ? [] : [name];

/** `ro-1234-2`: one try has one name, so that two who ask at once begin it once. */
const nextName = async (rollout: string, { ledger }: Pick<Outside, 'ledger'>): Promise<string> => {
  const [, base = rollout, number = '1'] = /^(ro-[0-9a-f]{20})-(\d+)$/.exec(rollout) ?? [];
  for (let next = Number(number) + 1; ; next += 1) {
    const row = await readRollout(ledger, `${base}-${next}`);
    if (row?.end === undefined) return `${base}-${next}`;
  }
};

const underWay = async (rollout: string, { ledger }: Pick<Outside, 'ledger'>): Promise<void> => {
  const row = await readRollout(ledger, rollout);
  if (row === undefined) throw new ActionRefused(404, 'UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
  if (row.end === undefined) return;
  throw new ActionRefused(409, 'HAS_ENDED', `rollout ${rollout} has ended: ${row.end.outcome}`);
};
