import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { canLint, lintTemplate } from './cfn-lint-findings.ts';
import { packaged, packageOnce } from './serverless.ts';

describe.runIf(canLint)('the template, by the schemas of CloudFormation', () => {
  beforeAll(packageOnce, 600_000);

  it('has no mistake', () => {
    expect(lintTemplate(join(packaged, 'cloudformation-template-update-stack.json'))).toEqual([]);
  }, 300_000);
});
if (!canLint) test.skip('cfn-lint skipped: not installed, run test/packaging/install-cfn-lint.sh', () => {});
