import type { Resource } from './serverless.ts';

type Resources = Readonly<Record<string, Resource>>;
type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listed = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

/** The statements of every policy that a resource carries: who may use it, and who may be it. */
const statementsOf = (value: unknown): readonly Fields[] => {
  if (Array.isArray(value)) return value.flatMap(statementsOf);
  if (!isFields(value)) return [];
  if (value.Statement !== undefined) return listed(value.Statement).filter(isFields);
  return Object.values(value).flatMap(statementsOf);
};

const conditionKeys = (statement: Fields): readonly string[] =>
  Object.values(fieldsOf(statement.Condition)).flatMap((test) => Object.keys(fieldsOf(test)));

/**
 * Services that act for other accounts, too, must say for whom: else what is meant for us can be asked for by anybody (confused deputy). Lambda
 * takes a role only from a function of the role's own account (`iam:PassRole` does not cross accounts), and names no source.
 */
const unboundServices = (resources: Resources): readonly string[] =>
  Object.entries(resources).flatMap(([id, { Type, Properties }]) => {
    if (Type === 'AWS::Lambda::Permission') {
      return Properties.SourceArn === undefined && Properties.SourceAccount === undefined
        ? [`${id}: whoever ${String(Properties.Principal)} acts for may call the function`]
        : [];
    }
    return statementsOf(Properties)
      .filter(({ Effect, Principal }) => Effect === 'Allow' && fieldsOf(Principal).Service !== undefined)
      .filter(({ Principal }) => !same(fieldsOf(Principal).Service, 'lambda.amazonaws.com'))
      .filter((statement) => !conditionKeys(statement).some((key) => /^aws:Source(Account|Arn)$/i.test(key)))
      .map(({ Principal }) => `${id}: ${String(fieldsOf(Principal).Service)} is not bound to an account`);
  });

/** What everybody may do with a resource, unless it is bound to this account. */
const openToAll = (resources: Resources): readonly string[] =>
  Object.entries(resources).flatMap(([id, { Properties }]) =>
    statementsOf(Properties)
      .filter(
        ({ Effect, Principal }) => Effect === 'Allow' && (Principal === '*' || same(fieldsOf(Principal).AWS, '*')),
      )
      .filter((statement) => !conditionKeys(statement).includes('kms:CallerAccount'))
      .map(() => `${id}: is open to everybody`),
  );

/** A call that nobody waits for leaves what failed in a queue, and the queue is watched. */
const unheardFailures = (resources: Resources): readonly string[] => {
  const watched = ofType(resources, 'AWS::CloudWatch::Alarm')
    .filter(([, { Properties }]) => Properties.MetricName === 'ApproximateNumberOfMessagesVisible')
    .flatMap(([, { Properties }]) => listed(Properties.Dimensions))
    .map((dimension) => listed(fieldsOf(fieldsOf(dimension).Value)['Fn::GetAtt'])[0]);
  const isWatched = (arn: unknown): boolean => watched.includes(listed(fieldsOf(arn)['Fn::GetAtt'])[0]);
  const hasDestination = (lambda: unknown): boolean =>
    ofType(resources, 'AWS::Lambda::EventInvokeConfig').some(
      ([, { Properties }]) =>
        same(Properties.FunctionName, { Ref: lambda }) &&
        isWatched(fieldsOf(fieldsOf(Properties.DestinationConfig).OnFailure).Destination),
    );
  const ofStreams = ofType(resources, 'AWS::Lambda::EventSourceMapping')
    .filter(([, { Properties }]) => !isWatched(fieldsOf(fieldsOf(Properties.DestinationConfig).OnFailure).Destination))
    .map(([id]) => `${id}: records that its function could not handle are not kept in a queue with an alarm`);
  const ofRules = ofType(resources, 'AWS::Events::Rule').flatMap(([id, { Properties }]) =>
    listed(Properties.Targets)
      .map(fieldsOf)
      .filter(({ Arn }) => !hasDestination(listed(fieldsOf(Arn)['Fn::GetAtt'])[0]))
      .map(() => `${id}: what its target could not handle is not kept in a queue with an alarm`)
      .concat(
        Properties.EventPattern === undefined
          ? []
          : listed(Properties.Targets)
              .map(fieldsOf)
              .filter(({ DeadLetterConfig }) => !isWatched(fieldsOf(DeadLetterConfig).Arn))
              .map(() => `${id}: an event that did not arrive is not kept in a queue with an alarm`),
      ),
  );
  return [...ofRules, ...ofStreams];
};

/** Of each type that holds data: the policy that refuses plain connections, by the member that names what it is for. */
const policies: Readonly<Record<string, { readonly type: string; readonly names: string }>> = {
  'AWS::S3::Bucket': { type: 'AWS::S3::BucketPolicy', names: 'Bucket' },
  'AWS::SQS::Queue': { type: 'AWS::SQS::QueuePolicy', names: 'Queues' },
  'AWS::SNS::Topic': { type: 'AWS::SNS::TopicPolicy', names: 'Topics' },
};

const withoutTls = (resources: Resources): readonly string[] =>
  Object.entries(policies).flatMap(([type, policy]) =>
    ofType(resources, type).flatMap(([id]) => {
      const own = ofType(resources, policy.type).filter(([, { Properties }]) =>
        listed(Properties[policy.names]).some((named) => same(named, { Ref: id })),
      );
      const refuses = own
        .flatMap(([, { Properties }]) => statementsOf(Properties))
        .some(
          ({ Effect, Condition }) =>
            Effect === 'Deny' && String(fieldsOf(fieldsOf(Condition).Bool)['aws:SecureTransport']) === 'false',
        );
      return refuses ? [] : [`${id}: is reached without TLS`];
    }),
  );

const encrypted: Readonly<Record<string, (properties: Fields) => boolean>> = {
  'AWS::S3::Bucket': ({ BucketEncryption }) => BucketEncryption !== undefined,
  'AWS::SQS::Queue': ({ SqsManagedSseEnabled, KmsMasterKeyId }) =>
    SqsManagedSseEnabled === true || KmsMasterKeyId !== undefined,
  'AWS::SNS::Topic': ({ KmsMasterKeyId }) => KmsMasterKeyId !== undefined,
  'AWS::DynamoDB::Table': ({ SSESpecification }) => fieldsOf(SSESpecification).SSEEnabled === true,
  // A key that signs does not turn: what it signed is verified by its one public half.
  'AWS::KMS::Key': ({ EnableKeyRotation, KeyUsage }) => EnableKeyRotation === true || KeyUsage === 'SIGN_VERIFY',
};

const inClear = (resources: Resources): readonly string[] =>
  Object.entries(encrypted).flatMap(([type, isEncrypted]) =>
    ofType(resources, type).flatMap(([id, { Properties }]) =>
      isEncrypted(Properties) ? [] : [`${id}: is not encrypted`],
    ),
  );

const publicBuckets = (resources: Resources): readonly string[] =>
  ofType(resources, 'AWS::S3::Bucket').flatMap(([id, { Properties }]) => {
    const blocked = Object.values(fieldsOf(Properties.PublicAccessBlockConfiguration));
    return blocked.length === 4 && blocked.every((value) => value === true) ? [] : [`${id}: may be made public`];
  });

const endlessLogs = (resources: Resources): readonly string[] =>
  ofType(resources, 'AWS::Logs::LogGroup').flatMap(([id, { Properties }]) =>
    Number(Properties.RetentionInDays) > 0 ? [] : [`${id}: is kept for ever`],
  );

const ledgerWithoutWayBack = (resources: Resources): readonly string[] =>
  ofType(resources, 'AWS::DynamoDB::Table').flatMap(([id, { Properties, DeletionPolicy }]) =>
    DeletionPolicy === 'Retain' &&
    fieldsOf(Properties.PointInTimeRecoverySpecification).PointInTimeRecoveryEnabled === true
      ? []
      : [`${id}: can not be taken back to a point in time`],
  );

/** Every weakness that the rules find in a template. */
export const weaknessesOf = (resources: Resources): readonly string[] =>
  [
    unboundServices,
    openToAll,
    unheardFailures,
    withoutTls,
    inClear,
    publicBuckets,
    endlessLogs,
    ledgerWithoutWayBack,
  ].flatMap((rule) => rule(resources));
