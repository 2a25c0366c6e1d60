import { checkGates } from './check-gates.ts';
import { checkServices } from './check-services.ts';
import { checkTargets } from './check-targets.ts';
import { checkWaves } from './check-waves.ts';
import type { FleetFile } from './config.ts';
import { entriesOf } from './entries.ts';
import { explainIssues } from './explain-issues.ts';
import { pointerOf } from './pointer.ts';
import type { Finding } from './problem.ts';
import { fleetSchema } from './schema.ts';
import { toTargets } from './targets.ts';

/** What a config's value says, or everything that is wrong with it. */
export type Checked = { readonly file: FleetFile } | { readonly findings: readonly Finding[] };

/** Checks shape first and then what the entries say of each other, and reports both together. `paths`: all files of the repository. */
export const checkFleet = (value: unknown, paths: ReadonlySet<string>): Checked => {
  const parsed = fleetSchema.safeParse(value);
  const shape = parsed.success ? checkFilled(parsed.data) : explainIssues(value, parsed.error.issues);
  const entries = entriesOf(value, shape);
  const targets = entries.targets.whole ? toTargets(Object.fromEntries(entries.targets.sound)) : undefined;
  const findings = [
    ...shape,
    ...checkTargets(entries),
    ...checkServices(entries, targets, paths),
    ...checkWaves(entries, targets),
    ...checkGates(entries, targets, value),
  ];
  return parsed.success && findings.length === 0 ? { file: parsed.data } : { findings };
};

/** A release of nothing, or to nowhere, is a mistake. */
const checkFilled = (file: FleetFile): readonly Finding[] =>
  (['services', 'targets', 'waves'] as const)
    .filter((section) => Object.keys(file[section]).length === 0)
    .map((section) => ({
      code: 'EMPTY_SECTION',
      path: pointerOf([section]),
      what: `${section} has no entry`,
      expected: 'at least one',
    }));
