import { packagedResources, stage } from '../packaging/serverless.ts';
import type { IamStatement } from './iam-policy.ts';

export const account = '111111111111';
export const region = 'us-east-1';

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** A role as CloudFormation names it: after the stack and the resource, and something of its own. */
export const roleNamed = (id: string): string => `arn:aws:iam::${account}:role/tidegate-${stage}-${id}-1A2B3C`;

/** What a resource of the packaged template is called where it is made: its ARN, by its type. */
export const arnOf = (id: string): string => {
  const resource = packagedResources()[id];
  switch (resource?.Type) {
    case 'AWS::DynamoDB::Table':
      return `arn:aws:dynamodb:${region}:${account}:table/${id}`;
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${id.toLowerCase()}`;
    case 'AWS::KMS::Key':
      return `arn:aws:kms:${region}:${account}:key/${id}`;
    case 'AWS::SQS::Queue':
      return `arn:aws:sqs:${region}:${account}:${id}`;
    case 'AWS::IAM::Role':
      return roleNamed(id);
    case 'AWS::StepFunctions::StateMachine':
      return `arn:aws:states:${region}:${account}:stateMachine:${String(resource.Properties.StateMachineName)}`;
    case 'AWS::Lambda::Function':
      return `arn:aws:lambda:${region}:${account}:function:${String(resource.Properties.FunctionName)}`;
    default:
      throw new Error(`template: what ${id} (${resource?.Type}) is called is not known here`);
  }
};

const substituted = (text: string): string =>
  text.replace(/\$\{([\w:.]+)\}/g, (_, name: string) => pseudo[name] ?? arnOf(name.split('.')[0] ?? ''));

/** A value of the template as CloudFormation fills it in; a condition counts as holding. */
export const filled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(filled).filter((each) => each !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, ...rest } = value as Readonly<Record<string, unknown>>;
  if (typeof Ref === 'string') return Ref === 'AWS::NoValue' ? undefined : (pseudo[Ref] ?? arnOf(Ref));
  const { 'Fn::Sub': text, 'Fn::GetAtt': attribute, 'Fn::If': choice } = rest;
  if (typeof text === 'string') return substituted(text);
  if (Array.isArray(attribute)) {
    const arn = arnOf(String(attribute[0]));
    return attribute[1] === 'StreamArn' ? `${arn}/stream/2026-11-29T00:00:00.000` : arn;
  }
  if (Array.isArray(choice)) return filled(choice[1]);
  return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, filled(inner)]));
};

const statementsIn = (value: unknown): readonly IamStatement[] => {
  const { Statement } = (filled(value) ?? {}) as { readonly Statement?: readonly IamStatement[] };
  return Statement ?? [];
};

interface RoleProperties {
  readonly ManagedPolicyArns?: readonly { readonly Ref: string }[];
  readonly Policies?: readonly { readonly PolicyDocument: unknown }[];
}

/** Every statement that a role of the template holds, filled in, and the ARN that it has where it is made. */
export const roleOf = (id: string): { readonly arn: string; readonly statements: readonly IamStatement[] } => {
  const resources = packagedResources();
  const { ManagedPolicyArns = [], Policies = [] } = (resources[id]?.Properties ?? {}) as RoleProperties;
  const managed = ManagedPolicyArns.map(({ Ref }) => resources[Ref]?.Properties.PolicyDocument);
  const statements = [...managed, ...Policies.map(({ PolicyDocument }) => PolicyDocument)].flatMap(statementsIn);
  return { arn: arnOf(id), statements };
};
