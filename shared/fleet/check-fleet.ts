import type { AssessQuery } from './assess-query.ts';
import { checkAccess } from './check-access.ts';
import { checkAlertRules } from './check-alert-rules.ts';
import { checkFlags } from './check-flags.ts';
import { checkGates } from './check-gates.ts';
import { checkMonitoring } from './check-monitoring.ts';
import { checkPresets } from './check-presets.ts';
import { checkServices } from './check-services.ts';
import { checkSettled } from './check-settled.ts';
import { checkTargets } from './check-targets.ts';
import { checkApproval, checkWaves } from './check-waves.ts';
import { checkWindows } from './check-windows.ts';
import type { FleetFile } from './config.ts';
import { type Entries, entriesOf } from './entries.ts';
import { type Expanded, expandPresets } from './expand-presets.ts';
import { explainIssues } from './explain-issues.ts';
import { pointerOf, stepsOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';
import { deletesSchema, fleetSchema } from './schema.ts';
import { toTargets } from './targets.ts';

/** What a config's value says, or everything that is wrong with it. */
export type Checked =
  | { readonly file: FleetFile; readonly groups: Expanded['groups'] }
  | { readonly findings: readonly Finding[] };

/**
 * Checks shape first and then what the entries say of each other, and reports both together. The gates of presets are checked as if
 * they were written. `paths`: all files of the repository.
 */
export const checkFleet = (written: unknown, paths: ReadonlySet<string>, assess: AssessQuery): Checked => {
  const { value, groups, origins } = expandPresets(written);
  const parsed = fleetSchema.safeParse(value);
  const shape = parsed.success ? checkFilled(parsed.data) : explainIssues(value, parsed.error.issues);
  const entries = entriesOf(value, shape, groups);
  const targets = entries.targets.whole ? toTargets(Object.fromEntries(entries.targets.sound)) : undefined;
  const findings = [
    ...shape,
    ...checkTargets(entries),
    ...checkServices(entries, targets, paths),
    ...checkWaves(entries, targets),
    ...checkMonitoring(entries, targets, value),
    ...checkWindows(entries),
    ...checkAccess(value, entries),
    ...checkAlertRules(value, entries, targets),
    ...checkFlags(entries, targets),
    ...checkDeletes(value, entries),
    ...checkGates(entries, targets, value, assess),
    ...checkPresets(value, entries.metrics.names, new Set(entries.gates.names)),
    ...checkSettled(value),
  ].map((finding) => atPreset(finding, origins));
  return parsed.success && findings.length === 0 ? { file: parsed.data, groups } : { findings };
};

/** What is wrong with a gate that a preset brought stands where the preset does. */
const atPreset = (finding: Finding, origins: Expanded['origins']): Finding => {
  const [section, name = '', ...rest] = stepsOf(finding.path);
  const index = section === 'gates' ? origins.get(name) : undefined;
  if (index === undefined) return finding;
  return { ...finding, path: pointerOf(['presets', index]), what: `gate ${name} (${rest.join('.')}): ${finding.what}` };
};

/** Whoever may approve deletes must be there; the members themselves were checked with the rest of the shape. */
const checkDeletes = (value: unknown, { roles }: Entries): readonly Finding[] => {
  const deletes = deletesSchema.safeParse(valueAt(value, ['deletes']));
  return deletes.success ? checkApproval(['deletes', 'approval'], deletes.data.approval, roles) : [];
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
