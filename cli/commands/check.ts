import { resolve } from 'node:path';
import { configTools } from '../../functions/tools/preparing.ts';
import { lintRendered, type PlacedFinding } from '../../shared/apply/lint/lint-rendered.ts';
import { checkProbers } from '../../shared/fleet/check-probers.ts';
import { AWS_REGION } from '../../shared/fleet/schema.ts';
import { evaluateInWorker } from '../../shared/render/jsonnet-worker.ts';
import { everyTarget } from '../../shared/rollout/every-target.ts';
import { countFindings, describeFindings } from '../../shared/rollout/plan.ts';
import { type Run, textOption } from '../command.ts';
import { readConfigFolder } from '../config-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import { howToWaive } from '../finding-lines.ts';
import { badInput } from '../stop.ts';

/**
 * Every mistake of a config and of what it renders to, for every target, and what of it will have trouble at the next restart; exit 2
 * when a release of it would be refused. Asks nothing and nobody.
 */
export const run: Run = async ([dir = '.'], options, { terminal, json }) => {
  const given = probersOf(textOption(options, 'probers'));
  const folder = resolve(terminal.directory, dir);
  const { files, config } = readConfigFolder(folder, textOption(options, 'config'));
  const tools = configTools(evaluateInWorker(terminal.clock), config);
  const read = await tools.readConfig(files);
  const problems = new Set<string>();
  const found = new Map<string, FoundInFiles>();
  const targets = read.ok ? everyTarget(read.fleet) : [];
  if (read.ok) {
    for (const target of targets) {
      const rendered = await tools.render(files, read.fleet, target);
      if (!rendered.ok) for (const problem of rendered.problems) problems.add(problem);
      else for (const each of lintRendered(rendered.rendered, target.namespace)) join(found, each, target.name);
    }
  } else for (const problem of read.problems) problems.add(problem);
  const { waves, entries } = read.ok ? read.fleet : { waves: [], entries: {} };
  const probers = given ?? (read.ok ? read.fleet.probers : undefined);
  const lonely = read.ok && probers !== undefined ? checkProbers(targets, waves, read.fleet.gates, probers) : [];
  const unknown = read.ok && probers === undefined && read.fleet.isWatched ? unknownProbers(config) : [];
  const findings = [...found.values(), ...lonelyFinding(lonely, probers ?? [], config), ...unknown];
  for (const problem of problems) terminal.out(json ? JSON.stringify(problemOf(problem)) : problem);
  for (const each of findings) terminal.out(json ? JSON.stringify(findingOf(each)) : findingLine(each, targets.length));
  const counts = countFindings(findings);
  if (counts.warning > 0) terminal.say(howToWaive);
  const bad = problems.size + counts.error;
  if (bad > 0) {
    terminal.say(`${config}: ${bad} ${bad === 1 ? 'problem' : 'problems'}`);
    return exitCodes.badInput;
  }
  const names = waves.map(({ name }) => name);
  const summary = { services: Object.keys(entries).length, targets: targets.length, waves: names };
  if (json) terminal.out(JSON.stringify({ ok: true, ...summary, warnings: counts.warning, waived: counts.waived }));
  else {
    const told = describeFindings(counts);
    terminal.out(
      `${config}: good; ${summary.services} services for ${summary.targets} targets in waves ${names.join(', ')}${told === '' ? '' : `; ${told}`}`,
    );
  }
  return exitCodes.done;
};

const probersOf = (written: string | undefined): readonly string[] | undefined => {
  const regions = written?.split(',').map((region) => region.trim());
  const odd = regions?.find((region) => !AWS_REGION.test(region));
  if (odd !== undefined) throw badInput(`--probers: ${JSON.stringify(odd)} is no region of AWS, as us-east-1`);
  return regions;
};

/** A fleet that has to be watched does not say from where. */
const unknownProbers = (config: string): readonly FoundInFiles[] => {
  const because =
    'monitoring is required, and nothing says where probers stand, so that nobody can tell whether any stands outside the region and provider of a target: name their regions as `probers`';
  return [{ rule: 'prober-outside', severity: 'warning', because, source: config, targets: [] }];
};

/** One warning for all targets that are only seen from where they are. */
const lonelyFinding = (
  lonely: readonly string[],
  probers: readonly string[],
  config: string,
): readonly FoundInFiles[] => {
  if (lonely.length === 0) return [];
  const because = `no prober stands outside the region and provider of ${lonely.length === 1 ? 'a target' : `${lonely.length} targets`}: ${probers.join(', ')} fails with them, or sees them by a way that nobody else has`;
  return [{ rule: 'prober-outside', severity: 'warning', because, source: config, targets: lonely }];
};

/** A finding with the targets that it is about. */
interface FoundInFiles extends PlacedFinding {
  readonly targets: readonly string[];
}

const join = (found: Map<string, FoundInFiles>, finding: PlacedFinding, target: string): void => {
  const key = JSON.stringify(finding);
  found.set(key, { ...finding, targets: [...(found.get(key)?.targets ?? []), target] });
};

/** `CODE place: text`, as every problem is printed. */
const problemOf = (printed: string) => {
  const [, code = 'PROBLEM', place = '', message = printed] = /^([A-Z0-9_]+) (.+?): (.*)$/s.exec(printed) ?? [];
  return { code, place, message };
};

const codes = { error: 'OUTAGE', warning: 'WARNING', waived: 'WAIVED' } as const;

const findingOf = ({ source, because, object, rule, severity, targets }: FoundInFiles) => ({
  code: codes[severity],
  place: source,
  message: because,
  object,
  rule,
  severity,
  targets,
});

const findingLine = ({ source, because, rule, severity, targets }: FoundInFiles, all: number): string =>
  `${codes[severity]} ${source}: ${because}${severity === 'error' ? '' : ` (${rule})`}${targets.length === all || targets.length === 0 ? '' : `  on ${targets.join(', ')}`}`;
