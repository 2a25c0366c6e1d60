import type { PlanView } from '../../console/views/plan.ts';
import { shortCommit, shortDigest } from '../../console/views/standing-text.ts';
import type { Run } from '../command.ts';
import { requireCommit } from '../commit-argument.ts';
import { exitCodes } from '../exit-codes.ts';
import { restartLines } from '../restart-lines.ts';

type Planned = Extract<PlanView, { status: 'planned' }>;

/** What releasing a commit would change. Exit 2 when it would be refused; 10 with `--exit-code` when something differs. */
export const run: Run = async ([commit], { exitCode }, { terminal, json, connect }) => {
  const asked = commit ?? 'HEAD';
  requireCommit('plan', asked);
  const client = await connect();
  const view = await client.post<PlanView>('/plans', { commit: asked });
  if (json) terminal.out(JSON.stringify(view));
  if (view.status === 'refused') {
    if (!json) for (const problem of view.problems) terminal.out(problem);
    terminal.say(`${shortCommit(view.commit)} would be refused: ${view.problems.length} problems; nothing was written`);
    return exitCodes.badInput;
  }
  if (!json) for (const line of planLines(view)) terminal.out(line);
  const { create, change, recreate, prune } = view.counts;
  const differs = create + change + recreate + prune > 0;
  if (!json) terminal.say(differs ? `next: tidegate release ${view.commit}` : 'nothing differs from what is live');
  return exitCode === true && differs ? exitCodes.differences : exitCodes.done;
};

const said = ({ create, change, recreate, prune, unchanged }: Planned['counts']): string =>
  `${create} create, ${change} change, ${recreate} recreate, ${prune} prune, ${unchanged} unchanged`;

const planLines = ({ commit, release, counts, waves, groups, restarts }: Planned): readonly string[] => [
  `plan of ${shortCommit(commit)}, release ${shortDigest(release)}: ${said(counts)}`,
  ...waves.flatMap(({ wave, counts: own, targets, gates, asksApproval, unreachable }) => [
    `  ${wave}: ${targets.length} targets, ${said(own)}`,
    `    gates ${gates.length === 0 ? 'none' : gates.join(', ')}${asksApproval ? '; asks for approval' : ''}`,
    ...unreachable.map(({ target, because }) => `    not reachable now: ${target}: ${because}`),
  ]),
  ...groups.flatMap(({ action, spoken, targets, fields, danger, odd }) => [
    `  ${action} ${spoken} on ${targets.length} targets${danger === undefined ? '' : `  (${danger})`}${odd ? `  (differs from most: ${targets.join(', ')})` : ''}`,
    ...fields
      .filter(({ path }) => path !== '')
      .map(({ path, replaces, with: after }) => `    ${path}: ${replaces ?? '(none)'} -> ${after ?? '(none)'}`),
  ]),
  ...restartLines(restarts),
];
