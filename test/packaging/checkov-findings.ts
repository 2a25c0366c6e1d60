import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepted } from './accepted-findings.ts';

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const program = join(cache, 'tidegate', 'checkov-3.3.30', 'bin', 'checkov');

/** Whether it is installed, or has to be: TIDEGATE_REQUIRE_CHECKOV=1. */
export const canCheck = existsSync(program) || process.env.TIDEGATE_REQUIRE_CHECKOV === '1';

interface Finding {
  readonly check_id: string;
  readonly check_name: string;
  readonly resource: string;
}

interface Report {
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
  readonly results: { readonly failed_checks: readonly Finding[] };
}

interface Findings {
  readonly passed: number;
  readonly failed: readonly Finding[];
}

/**
 * What checkov finds in a template, by its rules as they were installed: nothing is downloaded or sent. It takes a path of 40 letters, digits and
 * slashes for a secret key, and puts the template's own into what it reads, so it is given a copy whose path has none of them so long. Throws where it could not read
 * it.
 */
export const findingsIn = (template: string): Findings => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-checkov-'));
  try {
    const copy = join(folder, 'template.json');
    copyFileSync(template, copy);
    return checked(copy, template);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const checked = (file: string, template: string): Findings => {
  const asked = ['--framework', 'cloudformation', '--skip-download', '--soft-fail', '--quiet', '--output', 'json'];
  const { stdout, error } = spawnSync(program, [...asked, '--file', file], {
    ...{ encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 200_000 },
  });
  if (error !== undefined) throw error;
  const { summary, results }: Report = JSON.parse(stdout);
  if (summary.parsing_errors > 0 || summary.passed === 0) throw new Error(`checkov could not read ${template}`);
  return { passed: summary.passed, failed: results.failed_checks };
};

/** Of those, the ones that nobody meant. */
export const unmeant = ({ failed }: Findings): readonly string[] =>
  failed
    .filter(({ check_id, resource }) => !accepted.some(({ check, at }) => check === check_id && at.test(resource)))
    .map(({ check_id, check_name, resource }) => `${check_id} at ${resource}: ${check_name}`);
