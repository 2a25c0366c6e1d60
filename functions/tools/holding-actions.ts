import { ActionRefused, type Actions } from '../../console/actions.ts';
import { seenHolds } from '../../console/seen-holds.ts';
import { withdrawApprovals } from '../../shared/approval/withdraw-approvals.ts';
import { readAllHolds, waiveAlerts } from '../../shared/ledger/alerts.ts';
import { recordEvent } from '../../shared/ledger/events.ts';
import { liftHold, setHold } from '../../shared/ledger/holds.ts';
import { listOpenRollouts, readRollout } from '../../shared/ledger/rollouts.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import { stepFunctions } from '../../shared/outside/step-functions.ts';
import { abortRollout } from '../../shared/release/abort-rollout.ts';
import { startRollout } from '../../shared/release/start-rollout.ts';
import type { AlertPlace } from '../../shared/rollout/alerts.ts';
import { type Hold, nameOf } from '../../shared/rollout/holds.ts';
import { tryOf } from '../../shared/rollout/own-rollout.ts';
import { requireKnown } from './known-name.ts';

type HoldingActions = Pick<Actions, 'hold' | 'lift' | 'abort' | 'retry'>;

/** What people do to what runs: hold it, let it go on, end it, begin it again. */
export const holdingActions = (outside: Outside): HoldingActions => {
  const { ledger, clock } = outside;
  return {
    hold: async ({ forMs, ...asked }, actor, hidden) => {
      if (asked.scope === 'rollout') await underWay(asked.name, outside);
      await requireKnown(asked, outside, hidden);
      const at = clock.now();
      const hold = { ...asked, by: actor.name, at, ...(forMs === undefined ? {} : { until: at + forMs }) };
      const stays = await setHold(ledger, hold);
      if (stays === undefined) return hold;
      const until = stays.until === undefined ? 'until it is lifted' : `until ${new Date(stays.until).toISOString()}`;
      const because = `${nameOf(stays)} by ${stays.by}, ${until}${stays.allowsRollback ? '' : ', rollbacks too'}; lift that first`;
      throw new ActionRefused(409, 'HELD_LONGER', because);
    },
    lift: async ({ because, ...key }, actor, hidden) => {
      const why = { by: actor.name, because, at: clock.now() };
      const [seen] = await seenHolds([key], hidden, outside);
      const lifted = seen === undefined ? undefined : await liftOne(seen, why, outside);
      if (lifted !== undefined) return lifted;
      const others = (await seenHolds(await readAllHolds(ledger), hidden, outside)).slice(0, named).map(nameOf);
      const now = others.length === 0 ? 'nothing is held now' : `now: ${others.join('; ')}`;
      throw new ActionRefused(404, 'NOT_HELD', `it is not so that ${nameOf(key)}; ${now}`);
    },
    abort: async (rollout, { because, keeps }, actor) => {
      const why = { by: actor.name, because, keeps };
      const result = await abortRollout(rollout, why, outside);
      if (result.status === 'refused') {
        throw new ActionRefused(result.code === 'UNKNOWN_ROLLOUT' ? 404 : 409, result.code, result.because);
      }
      const said = { by: actor.name, because: `${keeps ? 'holds' : 'aborts'} the rollout: ${because}` };
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
      const { repository, commit, authors, rollback = false, only, firstStartedAt = row.startedAt } = row;
      const request = {
        repository,
        commit,
        by: actor.name,
        authors: [...new Set([...authors, ...starterOf(actor)])],
        rollback,
        firstStartedAt,
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
  const { base, number } = tryOf(rollout);
  for (let next = number + 1; ; next += 1) {
    const row = await readRollout(ledger, `${base}-${next}`);
    if (row?.end === undefined) return `${base}-${next}`;
  }
};

/** So many are named of what is held. */
const named = 10;

type Key = Pick<Hold, 'kind' | 'scope' | 'name'>;

const isAlerts = (key: Key): key is AlertPlace & { readonly kind: 'alert' } => key.kind === 'alert';

const liftOne = (
  key: Key,
  why: Pick<Hold, 'by' | 'because' | 'at'>,
  outside: Pick<Outside, 'ledger'>,
): Promise<Hold | undefined> => (isAlerts(key) ? waive(key, why, outside) : liftHold(outside.ledger, key, why));

/** Lets releases by what fires there now, in the name of who says so: kept with the alerts, in the history of holds and in that of each rollout under way. */
const waive = async (
  { scope, name }: AlertPlace,
  why: Pick<Hold, 'by' | 'because' | 'at'>,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<Hold | undefined> => {
  const held = await waiveAlerts(ledger, { scope, name }, why);
  if (held === undefined) return undefined;
  const text = `${held.by} on ${scope} ${name} waived by ${why.by}: ${why.because}`;
  const underWay = (await listOpenRollouts(ledger)).filter(({ end }) => end === undefined);
  for (const { rollout } of underWay) {
    const about = scope === 'target' ? { target: name } : scope === 'wave' ? { wave: name } : {};
    const did = { by: why.by, action: 'waive' };
    await recordEvent(ledger, rollout, `waived ${text} ${why.at}`, { at: why.at, kind: 'held', ...about, text, did });
  }
  return held;
};

const underWay = async (rollout: string, { ledger }: Pick<Outside, 'ledger'>): Promise<void> => {
  const row = await readRollout(ledger, rollout);
  if (row === undefined) throw new ActionRefused(404, 'UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
  if (row.end === undefined) return;
  throw new ActionRefused(409, 'HAS_ENDED', `rollout ${rollout} has ended: ${row.end.outcome}`);
};
