import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../functions/tools/environment.ts';
import { canLint, lintTemplate } from './cfn-lint-findings.ts';
import { canCheck, findingsIn, unmeant } from './checkov-findings.ts';
import { weaknessesOf } from './security-rules.ts';
import { packagedResources, packageTemplate, printedService, root } from './serverless.ts';
import { identityStatements } from './statements.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-probers-'));
const file = join(folder, 'cloudformation-template-update-stack.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const given = {
  homeRegion: 'us-east-1',
  probeRegions: 'us-east-1,eu-west-1',
  ledgerTable: 'ledger',
  blobBucket: 'blobs',
  key: 'arn:aws:kms:us-east-1:111111111111:key/k',
  console: 'https://console.example.com',
};

let template: { readonly Resources: Parameters<typeof identityStatements>[0] };
beforeAll(() => {
  packageTemplate('serverless.probers.yml', folder, given);
  template = JSON.parse(readFileSync(file, 'utf8'));
}, 600_000);

const ofType = (type: string) => Object.values(template.Resources).filter(({ Type }) => Type === type);

it('is one function that runs each minute, and one that the home region calls by its name', () => {
  expect(ofType('AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName)).toEqual([
    'tidegate-probers-ci-probeAvailability',
    'tidegate-probers-ci-probeWave',
  ]);
  expect(ofType('AWS::Events::Rule').map(({ Properties }) => Properties.ScheduleExpression)).toEqual([
    'rate(1 minute)',
  ]);
});

it('has in every region the name that the prober of the home region calls, and no other', () => {
  const { CallProbers, ProbeWaveLambdaFunction } = packagedResources();
  const { Variables: variables } = (ProbeWaveLambdaFunction?.Properties.Environment ?? {}) as {
    readonly Variables: Readonly<Record<string, unknown>>;
  };
  expect(template.Resources.ProbeWaveLambdaFunction?.Properties.FunctionName).toBe(variables.TIDEGATE_REGIONAL_PROBER);
  expect(CallProbers?.Properties.PolicyDocument).toMatchObject({
    Statement: [
      {
        Resource: {
          'Fn::Sub': expect.stringMatching(`:lambda:\\*:.*:function:${variables.TIDEGATE_REGIONAL_PROBER}$`),
        },
      },
    ],
  });
});

it('is called after the service of the home region, whatever that is called', () => {
  const renamed = join(folder, 'renamed');
  mkdirSync(renamed);
  const text = readFileSync(join(root, 'serverless.yml'), 'utf8').replace(/^service: .*$/m, 'service: acme-gate');
  writeFileSync(join(renamed, 'serverless.yml'), text);
  cpSync(join(root, 'serverless.probers.yml'), join(renamed, 'serverless.probers.yml'));
  symlinkSync(join(root, 'node_modules'), join(renamed, 'node_modules'));
  const printed = printedService('serverless.probers.yml', renamed, given);
  expect(printed).toMatchObject({
    service: 'acme-gate-probers',
    provider: { environment: { TIDEGATE_SECRETS_PATH: '/acme-gate/ci/' } },
  });
});

it('knows its home, all regions, and which one it is itself', () => {
  const [probe] = ofType('AWS::Lambda::Function');
  const { Variables: variables } = (probe?.Properties.Environment ?? { Variables: {} }) as {
    readonly Variables: Readonly<Record<string, unknown>>;
  };
  // CloudFormation fills in account and partition; Lambda says the region.
  const filled = Object.entries(variables).map(([name, value]) => [
    name,
    typeof value === 'string'
      ? value
      : JSON.stringify(value)
          .replace(/.*"(arn:[^"]*)".*/, '$1')
          .replace(/\$\{AWS::Partition\}/, 'aws')
          .replace(/\$\{AWS::AccountId\}/, '111111111111'),
  ]);
  const deployed = readEnvironment({ ...Object.fromEntries(filled), AWS_REGION: 'eu-west-1' });
  expect(deployed).toMatchObject({
    home: 'us-east-1',
    table: 'ledger',
    settings: { region: 'eu-west-1', probeRegions: ['us-east-1', 'eu-west-1'] },
  });
});

it('may use the ledger, and read and keep blobs, all at home, and nothing else', () => {
  const actions = identityStatements(template.Resources).flatMap((statement) => statement.actions);
  expect([...new Set(actions)].sort()).toEqual([
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'kms:Decrypt',
    'kms:GenerateDataKey',
    'lambda:InvokeFunction',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
    's3:PutObjectTagging',
    'sqs:SendMessage',
  ]);
  for (const { resources } of identityStatements(template.Resources)) expect(resources).not.toContain('*');
});

it('has no weakness that the rules know: what a run could not do waits in a queue with an alarm', () => {
  expect(weaknessesOf(template.Resources)).toEqual([]);
});

it.runIf(canLint)(
  'has no mistake by the schemas of CloudFormation',
  () => {
    expect(lintTemplate(file)).toEqual([]);
  },
  300_000,
);

describe.runIf(canCheck)('by what is known to be unsafe', () => {
  it('has no weakness but those that are meant', () => {
    expect(unmeant(findingsIn(file))).toEqual([]);
  }, 240_000);
});
