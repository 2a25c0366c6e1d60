import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { followingName, ownerMark, ownerOf } from '../../shared/rollout/own-rollout.ts';
import { packageOnce, root, stage } from '../packaging/serverless.ts';
import { quoted, textOf } from './guide.ts';
import { decide, type IamRequest, type IamStatement } from './iam-policy.ts';
import { account, arnOf, filled, region, roleNamed, roleOf } from './template.ts';

beforeAll(packageOnce, 600_000);

const target = 'acme-prod';
const mark = ownerMark(target);
const reader = `arn:aws:iam::${account}:role/tidegate-reader-${mark}`;
const prober = `arn:aws:iam::${account}:role/tidegate-probers-${stage}-ProbeWaveRole-1`;
const fleets = 'ro-0123456789abcdef0123';
const own = followingName(fleets, target);

/** A resource as the stack has it where readers are named. */
const deployed = (file: string, id: string, ...members: readonly string[]): readonly IamStatement[] => {
  const text = readFileSync(join(root, 'resources', file), 'utf8')
    .replace(/\$\{self:service\}/g, 'tidegate')
    .replace(/\$\{sls:stage\}/g, stage)
    .replace(/\$\{self:custom\.machine\}/g, `arn:aws:states:${region}:${account}:stateMachine:tidegate-${stage}`)
    .replace(/\$\{param:dataReaders\}/g, 'tidegate-reader');
  const { Properties } = parse(text, { merge: true }).Resources[id];
  const member = members.reduce((found, name) => found[name], Properties);
  const value = filled(member) as { readonly PolicyDocument?: object; readonly Statement?: object };
  const { Statement } = (value.PolicyDocument ?? value) as { readonly Statement: readonly IamStatement[] };
  // CloudFormation writes a variable of IAM with a sign in front, so as not to fill it in itself.
  return JSON.parse(JSON.stringify(Statement).replaceAll('${!', '${'));
};

const guided = (): readonly IamStatement[] =>
  JSON.parse(
    quoted(textOf('private-clusters.md'), /```json\n([\s\S]*?)```/, {
      ...{ MARK: mark, KEY_ARN: arnOf('Key'), TABLE_ARN: arnOf('LedgerTable'), REGION: region },
      BUCKET: arnOf('BlobBucket').replace('arn:aws:s3:::', ''),
    }),
  ).Statement;

const blob = (owner: string | undefined): Pick<IamRequest, 'action' | 'resource' | 'context'> => ({
  ...{ action: 's3:GetObject', resource: 'arn:aws:s3:::blobbucket/sha256/ab/ab' },
  context: {
    'aws:SecureTransport': 'true',
    ...(owner !== undefined && { 's3:ExistingObjectTag/tidegate-owner': owner }),
  },
});
const row = (partition: string, action = 'dynamodb:Query'): Pick<IamRequest, 'action' | 'resource' | 'context'> => ({
  ...{
    action,
    resource: `arn:aws:dynamodb:${region}:${account}:table/LedgerTable`,
    context: { 'dynamodb:LeadingKeys': [partition] },
  },
});
/** Of the key's policy what lets IAM of the account decide is no right of anybody yet: those are what a row says that somebody holds. */
const isNoGrant = ({ Sid }: IamStatement): boolean => Sid !== 'PoliciesOfThisAccountDecide';
/** Whoever has all rights that an identity's own policy can give, as an administrator of the account. */
const everything: readonly IamStatement[] = [{ Effect: 'Allow', Action: '*', Resource: '*' }];

describe('what is stored for a private target', () => {
  it.each([
    [own, mark],
    [`${own}-2`, mark],
    [followingName(`${fleets}-3`, target), mark],
    [fleets, undefined],
    [`${fleets}-2`, undefined],
    ['a name of another form', undefined],
  ])('is its own by the name of the rollout: %s', (rollout, owner) => {
    expect(ownerOf(rollout)).toBe(owner);
  });

  it.each<[string, string, 'function' | 'guide' | 'all', ReturnType<typeof blob>, string]>([
    ['a function', roleNamed('ApplyManifestsRole'), 'function', blob(mark), 'allowed'],
    ['the machine that reads batches', roleNamed('WaveMachineRole'), 'function', blob(mark), 'allowed'],
    ['a prober of another region', prober, 'all', blob(mark), 'allowed'],
    ['its reader', reader, 'guide', blob(mark), 'allowed'],
    ['its reader, of what is the fleet’s', reader, 'guide', blob(undefined), 'denied'],
    ['its reader, of what is another’s', reader, 'guide', blob(ownerMark('other')), 'denied'],
    ['its reader, whatever that is given besides', reader, 'all', blob(ownerMark('other')), 'denied'],
    [
      'the reader of another',
      `arn:aws:iam::${account}:role/tidegate-reader-${ownerMark('other')}`,
      'all',
      blob(mark),
      'denied',
    ],
    ['a reader of nobody', `arn:aws:iam::${account}:role/tidegate-reader-nobody`, 'all', blob(mark), 'denied'],
    ['an administrator', `arn:aws:iam::${account}:role/admin`, 'all', blob(mark), 'denied'],
    [
      'an administrator, of what is the fleet’s',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      blob(undefined),
      'denied',
    ],
    [
      'a role of another stage',
      `arn:aws:iam::${account}:role/tidegate-prod-ApplyManifestsRole-1`,
      'all',
      blob(mark),
      'denied',
    ],
  ])('is a blob for %s', (_, principal, given, asked, expected) => {
    const id = principal === roleNamed('WaveMachineRole') ? 'WaveMachineRole' : 'ApplyManifestsRole';
    const identity = { function: roleOf(id).statements, guide: guided(), all: everything }[given];
    const statements = [...identity, ...deployed('blobs.yml', 'BlobBucketPolicy', 'PolicyDocument')];
    expect(decide(statements, { ...asked, principal })).toBe(expected);
  });

  it.each<[string, string, 'function' | 'guide' | 'all', ReturnType<typeof row>, string]>([
    ['a function', roleNamed('ApplyManifestsRole'), 'function', row(`rollout#${own}`), 'allowed'],
    ['a prober of another region', prober, 'all', row(`rollout#${own}`), 'allowed'],
    ['its reader, by its rollout', reader, 'guide', row(`rollout#${own}`), 'allowed'],
    ['its reader, by another try', reader, 'guide', row(`rollout#${own}-2`), 'allowed'],
    [
      'its reader, by what followed another try',
      reader,
      'guide',
      row(`rollout#${followingName(`${fleets}-3`, target)}`),
      'allowed',
    ],
    ['its reader, by every write', reader, 'guide', row(`deployment#${own}#${target}#forward#${target}`), 'allowed'],
    ['its reader, by its name', reader, 'guide', row(`target#${target}`, 'dynamodb:GetItem'), 'allowed'],
    ['its reader, of a rollout of the fleet', reader, 'guide', row(`rollout#${fleets}`), 'not allowed'],
    [
      'its reader, of a deployment of the fleet',
      reader,
      'guide',
      row(`deployment#${fleets}#external#forward#a-${mark}`),
      'not allowed',
    ],
    ['its reader, of another', reader, 'guide', row(`rollout#${followingName(fleets, 'other')}`), 'not allowed'],
    ['its reader, of another by its name', reader, 'guide', row('target#acme-prod2'), 'not allowed'],
    ['its reader, of a list', reader, 'guide', row('rollouts'), 'not allowed'],
    ['its reader, who scans', reader, 'guide', row(`rollout#${own}`, 'dynamodb:Scan'), 'not allowed'],
    ['an administrator', `arn:aws:iam::${account}:role/admin`, 'all', row(`rollout#${own}`), 'denied'],
    ['an administrator who scans', `arn:aws:iam::${account}:role/admin`, 'all', row('', 'dynamodb:Scan'), 'denied'],
    [
      'an administrator who halts',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      row('holds', 'dynamodb:PutItem'),
      'allowed',
    ],
  ])('is a row for %s', (_, principal, given, asked, expected) => {
    const identity = { function: roleOf('ApplyManifestsRole').statements, guide: guided(), all: everything }[given];
    const statements = [...identity, ...deployed('ledger.yml', 'LedgerTable', 'ResourcePolicy')];
    expect(decide(statements, { ...asked, principal })).toBe(expected);
  });

  const machineNamed = (name: string): string =>
    `arn:aws:states:${region}:${account}:stateMachine:tidegate-${stage}-${name}`;
  /** What Step Functions asks of the key for whoever reads an execution, or runs one (Step Functions developer guide, "Data at rest encryption"). */
  type Asked = Pick<IamRequest, 'action' | 'resource' | 'context'>;
  const execution = (machine: string, action = 'kms:Decrypt', context: IamRequest['context'] = {}): Asked => ({
    ...{ action, resource: arnOf('Key') },
    context: { 'kms:EncryptionContext:aws:states:stateMachineArn': machineNamed(machine), ...context },
  });
  const through = (...services: readonly string[]) => ({ 'aws:CalledVia': services });
  it.each<[string, string, string, Asked, string]>([
    ['the machine that runs it', 'RolloutMachineRole', 'own', execution('rollout'), 'allowed'],
    [
      'the machine that runs it, to write',
      'RolloutMachineRole',
      'own',
      execution('rollout', 'kms:GenerateDataKey'),
      'allowed',
    ],
    ['the machine above it', 'RolloutMachineRole', 'own', execution('wave'), 'allowed'],
    [
      'the machine above it, to write',
      'RolloutMachineRole',
      'own',
      execution('wave', 'kms:GenerateDataKey'),
      'not allowed',
    ],
    ['a machine that does not start it', 'RolloutMachineRole', 'own', execution('deployment'), 'not allowed'],
    ['the wave machine', 'WaveMachineRole', 'own', execution('wave'), 'allowed'],
    ['the wave machine, of what its map runs', 'WaveMachineRole', 'own', execution('wave/DeployBatch'), 'allowed'],
    ['the wave machine, of a deployment', 'WaveMachineRole', 'own', execution('deployment'), 'allowed'],
    [
      'the deployment machine',
      'DeploymentMachineRole',
      'own',
      execution('deployment', 'kms:GenerateDataKey'),
      'allowed',
    ],
    ['the deployment machine, of a wave', 'DeploymentMachineRole', 'own', execution('wave'), 'not allowed'],
    // Functions answer tokens, start and ask how it goes, which none of it takes a right to the key.
    ['a function, by its own role', 'ConcludeWaveRole', 'own', execution('wave'), 'not allowed'],
    ['a function that is given the right', 'ServeConsoleRole', 'all', execution('wave'), 'allowed'],
    ['its reader', reader, 'guide', execution('deployment'), 'denied'],
    ['its reader, whatever that is given besides', reader, 'all', execution('deployment'), 'denied'],
    [
      'the reader of another',
      `arn:aws:iam::${account}:role/tidegate-reader-${ownerMark('other')}`,
      'all',
      execution('wave'),
      'denied',
    ],
    ['an administrator', `arn:aws:iam::${account}:role/admin`, 'all', execution('rollout'), 'denied'],
    [
      'an administrator, of what a map ran',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      execution('wave/DeployBatch'),
      'denied',
    ],
    [
      'an administrator, by another key',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      execution('rollout', 'kms:ReEncryptFrom'),
      'denied',
    ],
    [
      'an administrator, through a service',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      execution('rollout', 'kms:Decrypt', through('athena.amazonaws.com')),
      'denied',
    ],
    [
      'a role of another stage',
      `arn:aws:iam::${account}:role/tidegate-prod-ApplyManifestsRole-1`,
      'all',
      execution('rollout'),
      'denied',
    ],
    ['a prober of another region', prober, 'all', execution('wave'), 'denied'],
    [
      'who deploys, through CloudFormation',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      execution('rollout', 'kms:Decrypt', through('cloudformation.amazonaws.com', 'states.amazonaws.com')),
      'allowed',
    ],
    [
      'who deploys, to make a machine',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      execution('rollout', 'kms:GenerateDataKey'),
      'allowed',
    ],
    // The key stays everybody’s who it was for: its administration, and what it is the key of besides.
    [
      'an administrator of the key',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      { action: 'kms:PutKeyPolicy', resource: arnOf('Key'), context: {} },
      'allowed',
    ],
    [
      'who reads a secret',
      `arn:aws:iam::${account}:role/admin`,
      'all',
      { action: 'kms:Decrypt', resource: arnOf('Key'), context: { 'kms:EncryptionContext:PARAMETER_ARN': 'x' } },
      'allowed',
    ],
  ])('is an execution for %s', (_, principal, given, asked, expected) => {
    const isRole = /^[A-Z]/.test(principal);
    const identity = given === 'own' ? roleOf(principal).statements : given === 'guide' ? guided() : everything;
    const statements = [...identity, ...deployed('key.yml', 'Key', 'KeyPolicy').filter(isNoGrant)];
    expect(decide(statements, { ...asked, principal: isRole ? roleNamed(principal) : principal })).toBe(expected);
  });

  it('is a line of a machine’s log for what delivers it, and for the machine that writes it', () => {
    const toLog = { 'kms:EncryptionContext:SourceArn': `arn:aws:logs:${region}:${account}:*` };
    const { arn: principal, statements } = roleOf('DeploymentMachineRole');
    const writes = { action: 'kms:GenerateDataKey', resource: arnOf('Key'), context: toLog, principal };
    expect(decide(statements, writes)).toBe('allowed');
    expect(decide(statements, { ...writes, context: {} })).toBe('not allowed');
    const deliver = deployed('key.yml', 'Key', 'KeyPolicy').find(({ Sid }) => Sid === 'LogsOfMachines');
    expect(deliver).toEqual({
      Sid: 'LogsOfMachines',
      Effect: 'Allow',
      Principal: { Service: 'delivery.logs.amazonaws.com' },
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { StringEquals: toLog },
    });
  });

  it.each<[string, string, 'function' | 'guide' | 'all', string]>([
    ['the function that it calls', roleNamed('SendNoticesRole'), 'function', 'allowed'],
    ['its reader', reader, 'guide', 'denied'],
    ['an administrator', `arn:aws:iam::${account}:role/admin`, 'all', 'denied'],
  ])('has keys in the stream for %s', (_, principal, given, expected) => {
    const identity = { function: roleOf('SendNoticesRole').statements, guide: guided(), all: everything }[given];
    const statements = [...identity, ...deployed('ledger.yml', 'LedgerTable', 'StreamSpecification', 'ResourcePolicy')];
    const resource = `${arnOf('LedgerTable')}/stream/2026-11-29T00:00:00.000`;
    expect(decide(statements, { action: 'dynamodb:GetRecords', resource, context: {}, principal })).toBe(expected);
  });
});

it('an address that people are told at is read by who sends, and by no function that has something to tell', () => {
  const secret = `arn:aws:ssm:${region}:${account}:parameter/tidegate/${stage}/notify-slack`;
  const readers = [
    ...['SendNoticesRole', 'WatchProbersRole', 'ConcludeRolloutRole', 'RequestApprovalRole', 'ReceiveAlertsRole'],
    ...['ProbeAvailabilityRole', 'DetectDriftRole', 'SweepTurnsRole'],
  ].filter((id) => {
    const asked = { action: 'ssm:GetParameter', resource: secret, context: {}, principal: roleNamed(id) };
    return decide(roleOf(id).statements, asked) === 'allowed';
  });
  expect(readers).toEqual(['SendNoticesRole', 'WatchProbersRole']);
});
