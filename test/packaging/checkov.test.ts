import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { accepted } from './accepted-findings.ts';
import { packaged, packageOnce } from './serverless.ts';

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const program = join(cache, 'tidegate', 'checkov-3.3.30', 'bin', 'checkov');
const usable = existsSync(program) || process.env.TIDEGATE_REQUIRE_CHECKOV === '1';

interface Finding {
  readonly check_id: string;
  readonly check_name: string;
  readonly resource: string;
}

interface Report {
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
  readonly results: { readonly failed_checks: readonly Finding[] };
}

/** What checkov finds, by its rules as they were installed: nothing is downloaded or sent. */
const findings = (): Report => {
  const template = join(packaged, 'cloudformation-template-update-stack.json');
  const { stdout, error } = spawnSync(
    program,
    [
      '--framework',
      'cloudformation',
      '--skip-download',
      '--soft-fail',
      '--quiet',
      '--output',
      'json',
      '--file',
      template,
    ],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 200_000 },
  );
  if (error !== undefined) throw error;
  return JSON.parse(stdout);
};

describe.runIf(usable)('the template, by what is known to be unsafe', () => {
  beforeAll(packageOnce, 600_000);

  it('has no weakness but those that are meant, each of which is there', () => {
    const { summary, results } = findings();
    expect(summary).toMatchObject({ parsing_errors: 0 });
    expect(summary.passed).toBeGreaterThan(300);
    const isAccepted = (found: Finding): boolean =>
      accepted.some(({ check, at }) => check === found.check_id && at.test(found.resource));
    expect(
      results.failed_checks
        .filter((found) => !isAccepted(found))
        .map(({ check_id, check_name, resource }) => `${check_id} at ${resource}: ${check_name}`),
    ).toEqual([]);
    const found = new Set(results.failed_checks.map(({ check_id }) => check_id));
    expect(accepted.filter(({ check }) => !found.has(check))).toEqual([]);
  }, 240_000);
});
if (!usable) test.skip('checkov skipped: not installed, run test/packaging/install-checkov.sh', () => {});
