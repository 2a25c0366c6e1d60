import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const program = join(cache, 'tidegate', 'cfn-lint-1.58.0', 'bin', 'cfn-lint');

/** Whether it is installed, or has to be: TIDEGATE_REQUIRE_CFN_LINT=1. */
export const canLint = existsSync(program) || process.env.TIDEGATE_REQUIRE_CFN_LINT === '1';

/**
 * What it may say. W3005: Serverless writes dependencies out that a reference beside them makes anyway. W8003: parameters of a stage are known
 * when it is packaged, so that a condition over them has one answer.
 */
const harmless = ['W3005', 'W8003'];

interface Match {
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: readonly (string | number)[] };
}

/** What cfn-lint finds in a template, without what is harmless, of which there is something in each of ours. Throws when it did not look. */
export const lintTemplate = (template: string): readonly string[] => {
  const { stdout, stderr, error } = spawnSync(program, ['--format', 'json', template], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 240_000,
  });
  if (error !== undefined || stderr !== '') throw new Error(`cfn-lint: ${error?.message ?? stderr}`);
  const matches: readonly Match[] = JSON.parse(stdout);
  if (matches.length === 0) throw new Error('cfn-lint said nothing, not even what it always says');
  return matches
    .filter(({ Rule }) => !harmless.includes(Rule.Id))
    .map(({ Rule, Message, Location }) => `${Rule.Id} at ${Location.Path.join('/')}: ${Message}`);
};
