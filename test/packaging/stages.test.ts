import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import aslValidator from 'asl-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobDays } from '../../shared/retention/keep-blobs.ts';
import { canLint, lintTemplate } from './cfn-lint-findings.ts';
import { canCheck, findingsIn, unmeant } from './checkov-findings.ts';
import { weaknessesOf } from './security-rules.ts';
import { packagedResources, packageOnce, packageService, type Resource } from './serverless.ts';

type Resources = Readonly<Record<string, Resource>>;

const folder = mkdtempSync(join(tmpdir(), 'tidegate-stage-'));
const template = join(folder, 'cloudformation-template-update-stack.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let ci: Resources = {};
/** Production as somebody has it whose clusters have no public address. */
let prod: Resources = {};

beforeAll(() => {
  packageOnce();
  ci = packagedResources();
  packageService(
    'serverless.yml',
    folder,
    {
      alarmRecipient: 'on-call@example.com',
      network: 'private',
      vpcSubnets: 'subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb',
      vpcSecurityGroups: 'sg-0aaaaaaaaaaaaaaaa',
      azureIssuer: 'https://issuer.example.com',
      concurrency: 'reserved',
      dataReaders: 'tidegate-reader',
      consoleUrl: 'https://tidegate.example.com',
    },
    'prod',
  );
  prod = JSON.parse(readFileSync(template, 'utf8')).Resources;
}, 600_000);

const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);
const logDays = (resources: Resources): readonly unknown[] => [
  ...new Set(ofType(resources, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties.RetentionInDays)),
];
const inVpc = (resources: Resources): readonly string[] =>
  ofType(resources, 'AWS::Lambda::Function')
    .filter(([, { Properties }]) => Properties.VpcConfig !== undefined)
    .map(([id]) => id.replace('LambdaFunction', ''))
    .sort();

describe('two stages of one account', () => {
  it('have their console at the address of their API, or at a domain of their own', () => {
    const consoleOf = (resources: Resources): unknown =>
      ofType(resources, 'AWS::Lambda::Function')
        .filter(([id]) => id === 'ServeConsoleLambdaFunction')
        .map(([, { Properties }]) => Properties.Environment as { readonly Variables: Record<string, unknown> })
        .map(({ Variables }) => Variables.TIDEGATE_CONSOLE_URL)[0];
    expect([consoleOf(ci), consoleOf(prod)]).toEqual([
      { 'Fn::Sub': `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` },
      'https://tidegate.example.com',
    ]);
  });

  it('share no name', () => {
    const namesOf = (resources: Resources): readonly string[] =>
      Object.values(resources)
        .flatMap(({ Properties }) => [
          Properties.FunctionName,
          Properties.StateMachineName,
          Properties.LogGroupName,
          Properties.AliasName,
          Properties.DashboardName,
          Properties.Name,
        ])
        .filter((name) => typeof name === 'string');
    expect(namesOf(prod).length).toBeGreaterThan(50);
    expect(
      namesOf(prod).filter((name) => namesOf(ci).includes(name) && !/^(people|\$default|live)$/.test(name)),
    ).toEqual([]);
  });

  it('keep their logs as long as each is told, and tell whom each is told to', () => {
    expect({ ci: logDays(ci), prod: logDays(prod) }).toEqual({ ci: [90], prod: [365] });
    const recipients = [ci, prod].map(({ AlarmRecipient }) => AlarmRecipient?.Properties.Endpoint);
    expect(recipients).toEqual(['', 'on-call@example.com']);
  });

  it('keep a blob as long after it was put last as an instance on one machine does', () => {
    const { LifecycleConfiguration } = prod.BlobBucket?.Properties ?? {};
    expect(LifecycleConfiguration).toMatchObject({
      Rules: expect.arrayContaining([
        { Id: 'not-needed', Status: 'Enabled', Prefix: 'sha256/', ExpirationInDays: blobDays },
      ]),
    });
  });

  it('stand in a VPC with every function that opens clusters, and no other, where that is asked for', () => {
    const opens = ofType(prod, 'AWS::IAM::Role')
      .filter(([, { Properties }]) => JSON.stringify(Properties.ManagedPolicyArns ?? []).includes('"OpenClusters"'))
      .map(([id]) => id.replace('Role', ''))
      .sort();
    expect({ ci: inVpc(ci), prod: inVpc(prod) }).toEqual({ ci: [], prod: opens });
    expect(prod.ApplyManifestsLambdaFunction?.Properties.VpcConfig).toEqual({
      SubnetIds: { 'Fn::Split': [',', 'subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb'] },
      SecurityGroupIds: { 'Fn::Split': [',', 'sg-0aaaaaaaaaaaaaaaa'] },
    });
  });

  it.each(['Rollout', 'Wave', 'Deployment'])(
    'have executions of %s by their own key where readers are named',
    (machine) => {
      for (const resources of [ci, prod])
        expect(resources[`${machine}StateMachine`]?.Properties.EncryptionConfiguration).toEqual({
          'Fn::If': [
            'HasDataReaders',
            {
              Type: 'CUSTOMER_MANAGED_KMS_KEY',
              KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] },
              KmsDataKeyReusePeriodSeconds: 900,
            },
            { Type: 'AWS_OWNED_KEY' },
          ],
        });
      const conditions = JSON.parse(readFileSync(template, 'utf8')).Conditions;
      expect(conditions.HasDataReaders).toEqual({ 'Fn::Not': [{ 'Fn::Equals': ['tidegate-reader', ''] }] });
    },
  );

  it.runIf(canLint)('have no mistake by the schemas of CloudFormation', () => {
    expect(lintTemplate(template)).toEqual([]);
  });

  it.runIf(canCheck)(
    'have in production, too, no weakness by what is known to be unsafe but those that are meant',
    () => expect(unmeant(findingsIn(template))).toEqual([]),
    240_000,
  );

  it.each(['Rollout', 'Wave', 'Deployment'])(
    'have in %s a state machine by the language of Amazon States',
    (machine) => {
      for (const resources of [ci, prod]) {
        const { DefinitionString } = resources[`${machine}StateMachine`]?.Properties ?? {};
        const [text] = (DefinitionString as { readonly 'Fn::Sub': readonly [string] })['Fn::Sub'];
        const { isValid, errorsText } = aslValidator(
          JSON.parse(text.replace(/\$\{\w+\}/g, 'arn:aws:lambda:us-east-1:111111111111:function:f')),
        );
        expect(isValid ? '' : errorsText()).toBe('');
      }
    },
  );

  it('have no weakness that the rules know', () => {
    expect({ ci: weaknessesOf(ci), prod: weaknessesOf(prod) }).toEqual({ ci: [], prod: [] });
  });
});

it('an address of an issuer without its name is refused before anything is packaged', () => {
  const packaging = () =>
    packageService('serverless.yml', folder, { azureIssuerUrl: 'https://issuer.example.com/token' });
  expect(packaging).toThrow(/errored with: Error: azureIssuerUrl is given without azureIssuer.*give both or neither/);
});

/** The template with one thing wrong. */
const without = (id: string, change: (resource: Resource) => Resource | undefined): Resources =>
  Object.fromEntries(
    Object.entries(prod).flatMap(([each, resource]) => {
      const changed = each === id ? change(resource) : resource;
      return changed === undefined ? [] : [[each, changed] as const];
    }),
  );
const member =
  (name: string) =>
  (resource: Resource): Resource => ({
    ...resource,
    Properties: Object.fromEntries(Object.entries(resource.Properties).filter(([key]) => key !== name)),
  });
const gone = () => undefined;

describe('the rules', () => {
  it.each([
    ['a bucket that is not encrypted', 'BlobBucket', member('BucketEncryption'), ['BlobBucket: is not encrypted']],
    [
      'a bucket that may be public',
      'BlobBucket',
      member('PublicAccessBlockConfiguration'),
      ['BlobBucket: may be made public'],
    ],
    ['a bucket without TLS', 'BlobBucketPolicy', gone, ['BlobBucket: is reached without TLS']],
    ['a topic without TLS', 'AlarmsPolicy', gone, ['Alarms: is reached without TLS']],
    ['a topic in clear', 'Alarms', member('KmsMasterKeyId'), ['Alarms: is not encrypted']],
    ['a ledger in clear', 'LedgerTable', member('SSESpecification'), ['LedgerTable: is not encrypted']],
    [
      'a ledger without a way back',
      'LedgerTable',
      member('PointInTimeRecoverySpecification'),
      ['LedgerTable: can not be taken back to a point in time'],
    ],
    ['a log without an end', 'WaveLog', member('RetentionInDays'), ['WaveLog: is kept for ever']],
    ['a key that is never turned', 'Key', member('EnableKeyRotation'), ['Key: is not encrypted']],
    [
      'a call by anybody',
      'ReceiveMergeLambdaPermissionHttpApi',
      member('SourceArn'),
      ['ReceiveMergeLambdaPermissionHttpApi: whoever apigateway.amazonaws.com acts for may call the function'],
    ],
  ] as const)('find %s', (_, id, change, found) => {
    expect(weaknessesOf(without(id, change))).toEqual(found);
  });

  it('find a queue that nobody watches', () => {
    const found = weaknessesOf(without('EventsFailed', gone));
    expect(found).toHaveLength(11);
    expect(new Set(found.map((text) => text.split(': ')[1]))).toEqual(
      new Set([
        'what its target could not handle is not kept in a queue with an alarm',
        'an event that did not arrive is not kept in a queue with an alarm',
        'records that its function could not handle are not kept in a queue with an alarm',
      ]),
    );
  });

  it('find a service that is not bound to this account', () => {
    const statement = { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const open = without('WaveMachineRole', (role) => ({
      ...role,
      Properties: { ...role.Properties, AssumeRolePolicyDocument: { Statement: [statement] } },
    }));
    expect(weaknessesOf(open)).toEqual(['WaveMachineRole: states.amazonaws.com is not bound to an account']);
  });
});
