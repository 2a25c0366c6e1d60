import type { LimitedAction } from '../shared/access/authorise.ts';
import type { VoteRefusal } from '../shared/approval/approval.ts';
import { readApproval } from '../shared/approval/rows.ts';
import type { StartResult } from '../shared/release/start-rollout.ts';
import type { Hold } from '../shared/rollout/holds.ts';
import { withoutTargets } from '../shared/rollout/without-targets.ts';
import { ActionRefused } from './actions.ts';
import type { Act, Asked } from './app.ts';
import {
  abortFields,
  commitFields,
  decisionFields,
  holdFields,
  liftFields,
  planFields,
  readFields,
  rolloutFields,
  targetFields,
} from './read-body.ts';
import { isHiddenRollout } from './seen-holds.ts';

const refusals: Readonly<Record<VoteRefusal, { readonly status: 403 | 404 | 409; readonly code: string }>> = {
  'not-found': { status: 404, code: 'NOT_FOUND' },
  'other-plan': { status: 409, code: 'OTHER_PLAN' },
  expired: { status: 409, code: 'EXPIRED' },
  decided: { status: 409, code: 'DECIDED' },
  'not-allowed': { status: 403, code: 'NOT_ALLOWED' },
  'deletes-unnamed': { status: 409, code: 'DELETES_UNNAMED' },
  'other-deletes': { status: 409, code: 'OTHER_DELETES' },
};

const decide: Act = async (asked) => {
  const { id, request, actor, actions, json } = asked;
  const decision = await readFields(request, decisionFields);
  if (decision.vote === 'reject' && decision.comment === '') {
    throw new ActionRefused(400, 'COMMENT_MISSING', 'a rejection needs a comment that says why; nothing was done');
  }
  await refuseHiddenApproval(asked);
  const result = await actions.decide(id, decision, actor);
  if (result.status === 'refused') {
    const { status, code } = refusals[result.code];
    throw new ActionRefused(status, code, result.because);
  }
  const { status, because, approval } = result;
  const { rollout, decision: decided, votes, people } = approval;
  if (!json) return seeOther(decided === undefined ? `/approvals/${encodeURIComponent(id)}` : rolloutPath(rollout));
  return Response.json({ status, because, approval: id, rollout, decision: decided, votes, people });
};

const release: Act = async (asked) => {
  const { commit } = await readFields(asked.request, commitFields);
  return started(await asked.actions.release(commit, asked.actor), asked);
};

const rollback: Act = async (asked) => {
  const { rollout } = await readFields(asked.request, rolloutFields);
  await refuseHidden(rollout, asked);
  return started(await asked.actions.rollback(rollout, asked.actor), asked);
};

const plan: Act = async ({ request, actor, actions, hidden }) => {
  const { commit, target } = await readFields(request, planFields);
  return Response.json(withoutTargets(await actions.plan(commit, { actor, hidden, target }), hidden));
};

const diagnose: Act = async ({ request, actor, actions, hidden }) => {
  const { target } = await readFields(request, targetFields);
  return Response.json(withoutTargets(await actions.diagnose(target, actor, hidden), hidden));
};

const hold: Act = async (given) => {
  const { request, actor, actions, json, hidden } = given;
  const { kind, scope, name, comment, for: forMs, rollback } = await readFields(request, holdFields);
  if (scope === 'rollout') await refuseHidden(name, given);
  // What is halted or paused stands still in every direction.
  const allowsRollback = kind === 'freeze' && rollback === 'yes';
  const asked = { kind, scope, name, because: comment, allowsRollback };
  const result = await actions.hold(forMs === undefined ? asked : { ...asked, forMs }, actor, hidden);
  return json ? Response.json(result) : seeOther(placeOf(result));
};

const lift: Act = async ({ request, actor, actions, json, hidden }) => {
  const { comment, ...key } = await readFields(request, liftFields);
  const result = await actions.lift({ ...key, because: comment }, actor, hidden);
  return json ? Response.json(result) : seeOther(placeOf(result));
};

const abort: Act = async (asked) => {
  const { request, actor, actions, json } = asked;
  const { rollout, comment, keep } = await readFields(request, abortFields);
  await refuseHidden(rollout, asked);
  const result = await actions.abort(rollout, { because: comment, keeps: keep === 'yes' }, actor);
  return json ? Response.json(result) : seeOther(rolloutPath(rollout));
};

const retry: Act = async (asked) => {
  const { rollout } = await readFields(asked.request, rolloutFields);
  await refuseHidden(rollout, asked);
  return started(await asked.actions.retry(rollout, asked.actor), asked);
};

/** A rollout that is for a private target alone is not there for whoever may not see that. Throws `ActionRefused`. */
const refuseHidden = async (rollout: string, asked: Asked): Promise<void> => {
  if (await isHiddenRollout(rollout, asked.hidden, asked.outside)) {
    throw new ActionRefused(404, 'UNKNOWN_ROLLOUT', `there is no rollout ${rollout}`);
  }
};

/** Nor is an approval of it: whom the config lets decide has to see what is decided about. Throws `ActionRefused`. */
const refuseHiddenApproval = async (asked: Asked): Promise<void> => {
  if (asked.hidden.size === 0) return;
  const approval = await readApproval(asked.outside.ledger, asked.id);
  if (approval === undefined || !(await isHiddenRollout(approval.rollout, asked.hidden, asked.outside))) return;
  const { status, code } = refusals['not-found'];
  throw new ActionRefused(status, code, `there is no approval ${asked.id}`);
};

const placeOf = ({ scope, name }: Pick<Hold, 'scope' | 'name'>): string =>
  scope === 'rollout' ? rolloutPath(name) : '/';

const started = (result: StartResult, { json }: Asked): Response =>
  json
    ? Response.json(result, { status: result.status === 'started' ? 202 : 200 })
    : seeOther(rolloutPath(result.rollout));

const rolloutPath = (rollout: string): string => `/rollouts/${encodeURIComponent(rollout)}`;

/** After a form was taken, the browser asks for the page again: reloading it decides nothing twice. */
const seeOther = (path: string): Response => new Response(null, { status: 303, headers: { location: path } });

/** What POST does. Each is authorised first, and taken only from our own pages or with a bearer token. */
export const acting: readonly {
  readonly path: string;
  readonly action: LimitedAction;
  readonly act: Act;
}[] = [
  // Who may decide on this approval is decided where its row is read; to ask, one must be somebody.
  { path: '/approvals/:id', action: 'read', act: decide },
  { path: '/releases', action: 'release', act: release },
  { path: '/rollbacks', action: 'rollback', act: rollback },
  { path: '/plans', action: 'plan', act: plan },
  { path: '/diagnoses', action: 'diagnose', act: diagnose },
  { path: '/holds', action: 'hold', act: hold },
  { path: '/holds/lift', action: 'lift', act: lift },
  { path: '/aborts', action: 'abort', act: abort },
  { path: '/retries', action: 'release', act: retry },
];
