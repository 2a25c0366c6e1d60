import type { PlanView } from '../../console/views/plan.ts';
import { shortCommit, shortDigest } from '../../console/views/standing-text.ts';
import { countChanges, describeActions } from '../../shared/rollout/plan.ts';
import { type Run, textOption } from '../command.ts';
import { requireCommit } from '../commit-argument.ts';
import { exitCodes } from '../exit-codes.ts';
import { findingLines } from '../finding-lines.ts';
import { flagLines } from '../flag-lines.ts';
import { jobLines } from '../job-lines.ts';
import { namedLines } from '../named-lines.ts';
import { restartLines } from '../restart-lines.ts';

type Planned = Extract<PlanView, { status: 'planned' }>;
type Refused = Extract<PlanView, { status: 'refused' }>;

/**
 * What releasing a commit would change, on the fleet or on one private target. Exit 2 when it would be refused; 10 with `--exit-code` when
 * something differs.
 */
export const run: Run = async ([commit], options, { terminal, json, connect }) => {
  const { exitCode } = options;
  const target = textOption(options, 'target');
  const asked = commit ?? 'HEAD';
  requireCommit('plan', asked);
  const client = await connect();
  const view = await client.post<PlanView>('/plans', { commit: asked, ...(target === undefined ? {} : { target }) });
  if (json) terminal.out(JSON.stringify(view));
  if (view.status === 'refused') {
    if (!json) for (const line of refusedLines(view)) terminal.out(line);
    terminal.say(`${shortCommit(view.commit)} would be refused: ${view.problems.length} problems; nothing was written`);
    return exitCodes.badInput;
  }
  if (!json) for (const line of planLines(view)) terminal.out(line);
  const setsFlags = view.waves.some(({ flags }) => flags.length > 0);
  const differs = countChanges(view.counts) > 0 || view.jobs.length > 0 || setsFlags;
  if (!json) terminal.say(nextOf(view, differs, target));
  return exitCode === true && differs ? exitCodes.differences : exitCodes.done;
};

const nextOf = ({ commit }: Planned, differs: boolean, target: string | undefined): string => {
  if (!differs) return 'nothing differs from what is live';
  return target === undefined
    ? `next: tidegate release ${commit}`
    : `${target} follows by itself when the fleet has it: tidegate release ${commit}`;
};

/** What targets refuse: each reason once, conflicts field by field, with every target it holds for. */
const refusedLines = ({ problems, refusals }: Refused): readonly string[] => {
  if (refusals.length === 0) return problems;
  return refusals.flatMap(({ code, because, conflicts = [], targets }) => [
    `${code === 'FIELD_CONFLICT' ? 'conflict' : 'refused'} ${because}`,
    ...conflicts.map(({ path, manager }) => `    ${path} is set by ${manager}`),
    `    on ${targets.join(', ')}`,
  ]);
};

const planLines = ({
  commit,
  release,
  counts,
  waves,
  groups,
  restarts,
  jobs,
  findings,
  kept,
  following,
  cost,
}: Planned): readonly string[] => [
  `plan of ${shortCommit(commit)}, release ${shortDigest(release)}: ${describeActions(counts)}`,
  ...waves.flatMap(({ wave, counts: own, targets, gates, rules, asksApproval, flags, deletes, unreachable }) => [
    `  ${wave}: ${targets.length} targets, ${describeActions(own)}`,
    `    gates ${gates.length === 0 ? 'none' : gates.join(', ')}${asksApproval ? '; asks for approval' : ''}`,
    ...rules.map((rule) => `      ${rule}`),
    ...flagLines(flags, '    '),
    ...(deletes === undefined
      ? []
      : [...namedLines(deletes, '    '), `    waits for one of ${deletes.roles.join(', ')} to name them`]),
    ...unreachable.map(({ target, because }) => `    not reachable now: ${target}: ${because}`),
  ]),
  ...groups.flatMap(({ action, spoken, targets, fields, danger, odd }) => [
    `  ${action} ${spoken} on ${targets.length} targets${danger === undefined ? '' : `  (${danger})`}${odd ? `  (differs from most: ${targets.join(', ')})` : ''}`,
    ...fields
      .filter(({ path }) => path !== '')
      .map(({ path, replaces, with: after }) => `    ${path}: ${replaces ?? '(none)'} -> ${after ?? '(none)'}`),
  ]),
  ...restartLines(restarts),
  ...jobLines(jobs),
  ...following.map((target) => `  ${target} follows when the fleet has it: tidegate plan ${commit} --target ${target}`),
  ...costLines(cost),
  ...kept.map(({ spoken, because, targets }) => `  stays ${spoken}: ${because}  on ${targets.join(', ')}`),
  ...findingLines(
    findings,
    waves.reduce((sum, { targets }) => sum + targets.length, 0),
  ),
];

const costLines = ({ dollars, transitions, pricesAsOf }: Planned['cost']): readonly string[] =>
  transitions === 0
    ? []
    : [
        `  in the cloud about $${dollars.toFixed(2)}: ${transitions} state transitions; us-east-1, prices of ${pricesAsOf}`,
      ];
