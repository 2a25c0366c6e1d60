import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { accepted } from './accepted-findings.ts';
import { canCheck, findingsIn, unmeant } from './checkov-findings.ts';
import { packaged, packageOnce } from './serverless.ts';

const template = join(packaged, 'cloudformation-template-update-stack.json');

describe.runIf(canCheck)('the template, by what is known to be unsafe', () => {
  beforeAll(packageOnce, 600_000);

  it('has no weakness but those that are meant, each of which is there', () => {
    const findings = findingsIn(template);
    expect(findings.passed).toBeGreaterThan(300);
    expect(unmeant(findings)).toEqual([]);
    const found = new Set(findings.failed.map(({ check_id }) => check_id));
    expect(accepted.filter(({ check }) => !found.has(check))).toEqual([]);
  }, 240_000);
});
if (!canCheck) test.skip('checkov skipped: not installed, run test/packaging/install-checkov.sh', () => {});
