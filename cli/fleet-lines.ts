import type { FleetView } from '../console/views/fleet.ts';
import { shortCommit } from '../console/views/standing-text.ts';
import { type Hold, type nameOf, waitOf } from '../shared/rollout/holds.ts';
import { availabilityLines } from './availability-lines.ts';
import type { Paint } from './progress.ts';

/** The fleet as some lines of text: what is held, what waits for a person, what moves, then wave by wave. Pure. */
export const fleetLines = (
  { holds, waiting, rollouts, waves, releases, availability }: FleetView,
  paint: Paint,
): string[] => {
  if (waves.length === 0)
    return [...holdLines(holds, paint), 'no rollouts yet; start one with: tidegate release COMMIT'];
  const width = Math.max(8, ...waves.map(({ wave }) => wave.length));
  return [
    ...holdLines(holds, paint),
    ...waiting.flatMap(({ wave, targets, rollout, approval, plan, deletes, expiresAt }) => [
      `${paint('yellow', 'WAITING FOR YOU')}  wave ${wave} of ${rollout}: ${targets} targets; expires ${new Date(expiresAt).toISOString()}`,
      ...(deletes === undefined ? [] : [`  deletes ${deletes} objects, which the approval has to name`]),
      `  tidegate approve ${approval} --digest ${plan}`,
    ]),
    ...rollouts.map(({ rollout, situation }) => `${paint('cyan', rollout)}  ${situation.sentence}`),
    ...waves.map(({ wave, cells, pass }) => {
      const commits = [...new Set(cells.map(({ commit }) => (commit === undefined ? 'nothing' : shortCommit(commit))))];
      const status = (pass?.status ?? 'not started').replaceAll('-', ' ');
      return `  ${wave.padEnd(width)}  ${status.padEnd(20)} ${cells.length} targets on ${commits.join(', ')}`;
    }),
    ...waves
      .flatMap(({ cells }) => cells)
      .filter(({ status }) => ['failed', 'lost', 'stopped'].includes(status))
      .map(
        ({ target, status, because }) =>
          `  ${paint('red', status.padEnd(width))}  ${target}${because === undefined ? '' : `: ${because}`}`,
      ),
    ...availabilityLines(availability, paint),
    ...(releases.length > 1
      ? [`  skew: ${releases.map(({ targets, commit }) => `${targets} on ${shortCommit(commit)}`).join(', ')}`]
      : []),
  ];
};

/** So many are shown that alerts hold: a storm of them must not push the rest off the screen. */
const shownAlerts = 10;

/** What is held, and what lets it go on. */
const holdLines = (holds: readonly Hold[], paint: Paint): readonly string[] => {
  const alerts = holds.filter(({ kind }) => kind === 'alert');
  const shown = [...holds.filter(({ kind }) => kind !== 'alert'), ...alerts.slice(0, shownAlerts)];
  const more = alerts.length - shownAlerts;
  return [
    ...shown.flatMap((hold) => [`${paint('red', 'HELD')}  ${waitOf(hold).because}`, `  ${liftCommand(hold)}`]),
    ...(more > 0 ? [`  and ${more} more held by alerts`] : []),
  ];
};

/** The command that lifts a hold. */
export const liftCommand = ({ kind, scope, name }: Parameters<typeof nameOf>[0]): string => {
  if (kind === 'halt') return 'tidegate resume';
  if (kind === 'alert') return `tidegate waive ${scope}/${name} --comment <why>`;
  return kind === 'pause'
    ? `tidegate resume ${name}`
    : `tidegate thaw ${scope === 'fleet' ? scope : `${scope}/${name}`}`;
};
