import { beforeAll, describe, expect, it } from 'vitest';
import { packageOnce, stage } from '../packaging/serverless.ts';
import { decide } from './iam-policy.ts';
import { account, region, roleOf } from './template.ts';

beforeAll(packageOnce, 600_000);

const machine = `arn:aws:states:${region}:${account}:stateMachine:tidegate-${stage}`;
const parameter = `arn:aws:ssm:${region}:${account}:parameter/tidegate/${stage}`;
const web = { 'sts:IdentityTokenAudience': ['api://AzureADTokenExchange'], 'sts:DurationSeconds': '300' };
const key = `arn:aws:kms:${region}:${account}:key/AuditKey`;
const heads = 'arn:aws:s3:::auditbucket';
const live = { 'states:StateMachineQualifier': ['live'] };

/** What a role of the stack may, by IAM's own rules. */
describe('the role of a function', () => {
  it.each<[string, string, string, Readonly<Record<string, string | readonly string[]>>, string]>([
    // Becoming known to clusters: roles that are named for it, and an assertion for Entra alone, of five minutes.
    ['ApplyManifestsRole', 'sts:AssumeRole', 'arn:aws:iam::222222222222:role/tidegate-target-prod', {}, 'allowed'],
    ['ApplyManifestsRole', 'sts:AssumeRole', 'arn:aws:iam::222222222222:role/admin', {}, 'not allowed'],
    ['ApplyManifestsRole', 'sts:AssumeRole', 'arn:aws:iam::222222222222:role/x/tidegate-target', {}, 'not allowed'],
    ['ApplyManifestsRole', 'sts:GetWebIdentityToken', '*', web, 'allowed'],
    ['ApplyManifestsRole', 'sts:GetWebIdentityToken', '*', { ...web, 'sts:DurationSeconds': '301' }, 'not allowed'],
    [
      'ApplyManifestsRole',
      'sts:GetWebIdentityToken',
      '*',
      { ...web, 'sts:IdentityTokenAudience': ['api://AzureADTokenExchange', 'another'] },
      'not allowed',
    ],
    ['ConcludeRolloutRole', 'sts:AssumeRole', 'arn:aws:iam::222222222222:role/tidegate-target-prod', {}, 'not allowed'],
    // Secrets: its own, and no other of the stage.
    ['ReceiveAlertsRole', 'ssm:GetParameter', `${parameter}/alerts`, {}, 'allowed'],
    ['ReceiveAlertsRole', 'ssm:GetParameter', `${parameter}/webhook`, {}, 'not allowed'],
    ['ApplyManifestsRole', 'ssm:GetParameter', `${parameter}/azure-assertion`, {}, 'allowed'],
    ['ApplyManifestsRole', 'ssm:GetParameter', `${parameter}/config-token`, {}, 'not allowed'],
    ['PlanWaveRole', 'ssm:GetParameter', `${parameter.replace(stage, 'prod')}/webhook`, {}, 'not allowed'],
    ['ServeConsoleRole', 'ssm:GetParameter', `${parameter}/flags-sdk-key`, {}, 'allowed'],
    ['ServeConsoleRole', 'ssm:GetParameter', `${parameter}/grafana`, {}, 'not allowed'],
    [
      'ServeConsoleRole',
      's3:GetObject',
      'arn:aws:s3:::tidegate-flags-prod/flags.json',
      { 'aws:ResourceAccount': account },
      'allowed',
    ],
    [
      'ServeConsoleRole',
      's3:PutObject',
      'arn:aws:s3:::tidegate-flags-prod/flags.json',
      { 'aws:ResourceAccount': account },
      'not allowed',
    ],
    // Rollouts: by the alias, and nothing else of a machine.
    ['ReceiveMergeRole', 'states:StartExecution', `${machine}-rollout`, live, 'allowed'],
    ['ReceiveMergeRole', 'states:StartExecution', `${machine}-rollout`, {}, 'not allowed'],
    [
      'ReceiveMergeRole',
      'states:StartExecution',
      `${machine}-rollout`,
      { 'states:StateMachineQualifier': ['1'] },
      'not allowed',
    ],
    ['ReceiveMergeRole', 'states:StartExecution', `${machine}-wave`, live, 'not allowed'],
    ['ReceiveArtifactRole', 'states:StartExecution', `${machine}-rollout`, live, 'not allowed'],
    [
      'RolloutMachineRole',
      'states:StartExecution',
      `${machine}-wave`,
      { 'states:StateMachineQualifier': ['7'] },
      'allowed',
    ],
    ['RolloutMachineRole', 'states:StartExecution', `${machine}-deployment`, {}, 'not allowed'],
    // The audit log: one function signs, and nobody takes a head back.
    ['ChainAuditRole', 'kms:Sign', key, {}, 'allowed'],
    ['ChainAuditRole', 'kms:Decrypt', key.replace('AuditKey', 'Key'), {}, 'not allowed'],
    ['ChainAuditRole', 's3:PutObject', `${heads}/heads/000000000001-0.json`, {}, 'allowed'],
    ['ChainAuditRole', 's3:PutObject', `${heads}/other`, {}, 'not allowed'],
    ['ChainAuditRole', 's3:DeleteObject', `${heads}/heads/000000000001-0.json`, {}, 'not allowed'],
    ['ChainAuditRole', 's3:BypassGovernanceRetention', `${heads}/heads/000000000001-0.json`, {}, 'not allowed'],
    ['ServeConsoleRole', 's3:ListBucketVersions', heads, { 's3:prefix': 'heads/' }, 'allowed'],
    ['ServeConsoleRole', 's3:PutObject', `${heads}/heads/000000000001-0.json`, {}, 'not allowed'],
    ['ServeConsoleRole', 'kms:Sign', key, {}, 'not allowed'],
  ])('%s: %s of %s, with %o: %s', (role, action, resource, context, expected) => {
    const { arn, statements } = roleOf(role);
    expect(decide(statements, { action, resource, context, principal: arn })).toBe(expected);
  });
});
