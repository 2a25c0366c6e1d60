import { showDrifts } from '../shared/drift/drift-row.ts';
import { listRollouts } from '../shared/ledger/rollouts.ts';
import { probeRegions } from '../shared/outside/probe-regions.ts';
import { withoutTargets } from '../shared/rollout/without-targets.ts';
import { ActionRefused } from './actions.ts';
import type { Shown } from './answer.ts';
import type { Read } from './app.ts';
import { approvalPage } from './pages/approval.ts';
import { driftPage } from './pages/drift.ts';
import { fleetPage } from './pages/fleet.ts';
import { planOfTargetPage } from './pages/plan-of-target.ts';
import { rolloutPage } from './pages/rollout.ts';
import { rolloutsPage } from './pages/rollouts.ts';
import { audit, auditData } from './reading-audit.ts';
import { execution } from './reading-execution.ts';
import { readApprovalRows } from './rows/read-approval.ts';
import { readFleetRows } from './rows/read-fleet.ts';
import { readRolloutRows } from './rows/read-rollout.ts';
import { seenHolds } from './seen-holds.ts';
import { approvalView } from './views/approval.ts';
import { fleetView } from './views/fleet.ts';
import { rolloutView } from './views/rollout.ts';
import { rolloutsView } from './views/rollouts.ts';
import { shortCommit } from './views/standing-text.ts';

/** Rollouts of the list: some weeks of a busy fleet. */
const listed = 100;

const fleet: Read = async ({ outside, hidden, may }): Promise<Shown> => {
  const found = await readFleetRows(outside);
  const rows = { ...found, holds: await seenHolds(found.holds, hidden, outside) };
  const view = withoutTargets(fleetView(rows, outside.clock.now(), probeRegions(outside.settings)), hidden);
  const kinds = view.rollouts.map(({ situation }) => situation.kind);
  return { title: 'Fleet', tab: 'fleet', view, body: fleetPage(view, may), pollSeconds: pollSeconds(kinds) };
};

const rollouts: Read = async ({ outside, hidden }): Promise<Shown> => {
  const view = withoutTargets(rolloutsView(await listRollouts(outside.ledger, listed)), hidden);
  const isMoving = view.some(({ end }) => end === undefined);
  return { title: 'Rollouts', tab: 'rollouts', view, body: rolloutsPage(view), pollSeconds: isMoving ? 5 : 15 };
};

const rollout: Read = async ({ id, outside, hidden, may }): Promise<Shown> => {
  const rows = await readRolloutRows(id, outside);
  if (rows === undefined || hidden.has(rows.rollout.only ?? '')) throw notFound('rollout', id, '/rollouts');
  const view = withoutTargets(rolloutView(rows, outside.clock.now()), hidden);
  const title = `Rollout ${shortCommit(view.commit)}`;
  return {
    title,
    tab: 'rollouts',
    view,
    body: rolloutPage(view, may),
    pollSeconds: pollSeconds([view.situation.kind]),
  };
};

const drift: Read = async ({ outside, hidden }): Promise<Shown> => {
  const view = withoutTargets(await showDrifts(outside.ledger), hidden);
  return { title: 'Drift', tab: 'drift', view, body: driftPage(view), pollSeconds: 15 };
};

const approval: Read = async ({ id, actor, outside, hidden }): Promise<Shown> => {
  const rows = await readApprovalRows(id, outside);
  if (rows === undefined || hidden.has(rows.rollout.rollout.only ?? '')) throw notFound('approval', id, '/');
  const view = withoutTargets(approvalView(rows, actor, outside.clock.now()), hidden);
  const title = `Approve ${view.wave}`;
  return { title, view, body: approvalPage(view, actor), pollSeconds: view.state === 'open' ? 5 : 15 };
};

const planOfTarget: Read = async ({ id, request, outside, hidden }): Promise<Shown> => {
  const target = new URL(request.url).searchParams.get('target') ?? '';
  const rows = await readApprovalRows(id, outside);
  const planned = hidden.has(target) ? undefined : rows?.planned.find((each) => each.target.name === target);
  if (rows === undefined || planned === undefined) throw notFound('plan of target', target, `/approvals/${id}`);
  const { plan, findings } = planned;
  const body = planOfTargetPage(rows.approval, { plan, findings });
  return { title: `Plan of ${target}`, view: { ...plan, findings }, body, pollSeconds: 15 };
};

/** What GET answers, by path; each path with `.json`, too. */
export const reading: Readonly<Record<string, Read>> = {
  '/': fleet,
  '/fleet.json': fleet,
  '/rollouts': rollouts,
  '/rollouts.json': rollouts,
  '/rollouts/:id': rollout,
  '/executions/:id': execution,
  '/drift': drift,
  '/drift.json': drift,
  '/audit': audit,
  '/audit.json': audit,
  ...auditData,
  '/approvals/:id': approval,
  '/approvals/:id/plan': planOfTarget,
};

/** How soon it is worth to look again. */
const pollSeconds = (kinds: readonly string[]): number => {
  if (kinds.some((kind) => kind === 'moving' || kind === 'going-back')) return 1;
  return kinds.some((kind) => kind !== 'ended') ? 5 : 15;
};

const notFound = (what: string, id: string, where: string): ActionRefused =>
  new ActionRefused(404, 'NOT_FOUND', `there is no ${what} ${JSON.stringify(id)}; look at ${where}`);
