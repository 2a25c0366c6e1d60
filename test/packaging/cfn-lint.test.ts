import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { packaged, packageOnce } from './serverless.ts';

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const program = join(cache, 'tidegate', 'cfn-lint-1.58.0', 'bin', 'cfn-lint');
const usable = existsSync(program) || process.env.TIDEGATE_REQUIRE_CFN_LINT === '1';

/** What it may say. Serverless writes dependencies out that a reference beside them makes anyway. */
const harmless = ['W3005'];

interface Match {
  readonly Level: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
  readonly Location: { readonly Path: readonly (string | number)[] };
}

describe.runIf(usable)('the template, by the schemas of CloudFormation', () => {
  beforeAll(packageOnce, 600_000);

  it('has no mistake', () => {
    const template = join(packaged, 'cloudformation-template-update-stack.json');
    const { stdout, stderr, error } = spawnSync(program, ['--format', 'json', template], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      timeout: 120_000,
    });
    expect({ error, stderr }).toEqual({ error: undefined, stderr: '' });
    const matches: readonly Match[] = JSON.parse(stdout);
    const said = matches
      .filter(({ Rule }) => !harmless.includes(Rule.Id))
      .map(({ Rule, Message, Location }) => `${Rule.Id} at ${Location.Path.join('/')}: ${Message}`);
    expect(said).toEqual([]);
    // It did look: what it may say, it says.
    expect(matches.length).toBeGreaterThan(0);
  }, 150_000);
});
if (!usable) test.skip('cfn-lint skipped: not installed, run test/packaging/install-cfn-lint.sh', () => {});
