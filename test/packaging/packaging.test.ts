import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { assessLimits, setAside } from '../../shared/doctor/assess-limits.ts';
import { outboxPartition } from '../../shared/notify/outbox.ts';
import { processClock } from '../../shared/outside/clock.ts';
import { liveAlias } from '../../shared/outside/state-machine.ts';
import { evaluateInWorker } from '../../shared/render/jsonnet-worker.ts';
import { archives, callBundle, codeText, inUnpacked, sizesOf } from './bundles.ts';
import { packaged, packagedResources, packageOnce, type Resource, root } from './serverless.ts';
import { identityStatements } from './statements.ts';

let resources: Readonly<Record<string, Resource>> = {};

beforeAll(() => {
  packageOnce();
  resources = packagedResources();
}, 600_000);

const ofType = (type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);

const propertiesOf = (id: string): Resource['Properties'] => resources[id]?.Properties ?? {};

/** As of a deployment; nothing in these tests is asked there. */
const consoleVariables = {
  AWS_REGION: 'us-east-1',
  TIDEGATE_LEDGER_TABLE: 'ledger',
  TIDEGATE_BLOB_BUCKET: 'blobs',
  TIDEGATE_SECRETS_PATH: '/tidegate/ci/',
  TIDEGATE_ROLLOUT_MACHINE: 'arn:aws:states:us-east-1:111111111111:stateMachine:tidegate-ci-rollout',
  TIDEGATE_WAVE_MACHINE: 'arn:aws:states:us-east-1:111111111111:stateMachine:tidegate-ci-wave',
  TIDEGATE_DEPLOYMENT_MACHINE: 'arn:aws:states:us-east-1:111111111111:stateMachine:tidegate-ci-deployment',
  TIDEGATE_CONFIG_API: 'https://api.github.com',
  TIDEGATE_CONFIG_GIT: 'https://github.com/example/config.git',
  TIDEGATE_CONFIG_REPOSITORY: 'example/config',
  TIDEGATE_CONFIG_BRANCH: 'main',
  TIDEGATE_CONFIG_FILE: 'tidegate.jsonnet',
  TIDEGATE_CONSOLE_URL: 'https://console.example.com',
};

/** `applyManifests` of `functions/apply-manifests.ts`, as a logical id begins: `ApplyManifests`. */
const keyOf = (file: string): string =>
  file.replace(/\.ts$/, '').replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());

/** The ids that a `Ref`, `Fn::GetAtt` or `Fn::Sub` anywhere in a value names. */
const referencesIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
    if (key !== 'Fn::Sub') return referencesIn(inner);
    const [text, given = {}] = Array.isArray(inner) ? inner : [inner];
    const names = [...String(text).matchAll(/\$\{([^}!]+)\}/g)].map((match) => match[1]?.split('.')[0] ?? '');
    return [...names.filter((name) => !(name in given)), ...referencesIn(given)];
  });
};

describe('the functions', () => {
  it('are one for each file of functions/', () => {
    const files = readdirSync(join(root, 'functions')).filter((file) => file.endsWith('.ts') && file !== 'outside.ts');
    expect(
      ofType('AWS::Lambda::Function')
        .map(([id]) => id)
        .sort(),
    ).toEqual(files.map((file) => `${keyOf(file)}LambdaFunction`).sort());
  });

  it('have each a role of their own, a time limit, traces, and a log that ends', () => {
    for (const [id, { Properties }] of ofType('AWS::Lambda::Function')) {
      const key = id.replace('LambdaFunction', '');
      expect({
        role: Properties.Role,
        limited: Number(Properties.Timeout) > 0 && Number(Properties.Timeout) <= 900,
        traced: Properties.TracingConfig,
        runtime: Properties.Runtime,
        architecture: Properties.Architectures,
        log: propertiesOf(`${key}LogGroup`),
      }).toEqual({
        role: { 'Fn::GetAtt': [`${key}Role`, 'Arn'] },
        limited: true,
        traced: { Mode: 'Active' },
        runtime: 'nodejs24.x',
        architecture: ['arm64'],
        log: { LogGroupName: `/aws/lambda/${String(Properties.FunctionName)}`, RetentionInDays: 90 },
      });
    }
  });

  it('are told names and addresses, and nothing that looks like a secret', () => {
    const names = ofType('AWS::Lambda::Function').flatMap(([, { Properties }]) => {
      const { Variables } = Properties.Environment as { readonly Variables: Readonly<Record<string, unknown>> };
      return Object.keys(Variables);
    });
    expect([...new Set(names)].filter((name) => !name.startsWith('TIDEGATE_'))).toEqual([]);
    expect([...new Set(names)].filter((name) => /TOKEN|PASSWORD|_KEY|SECRET(?!S_PATH)/.test(name))).toEqual([]);
  });

  it('evaluate jsonnet by the thread and the module that are packed with PrepareRelease', () =>
    inUnpacked(join(packaged, 'prepareRelease.zip'), async (folder) => {
      // The bundle names the thread after itself, so it must not be a part of it that does.
      expect(readFileSync(join(folder, 'functions', 'prepare-release.mjs'), 'utf8')).toContain('.jsonnet-thread.mjs');
      const evaluate = evaluateInWorker(processClock, {
        thread: pathToFileURL(join(folder, 'functions', 'prepare-release.jsonnet-thread.mjs')),
        wasm: pathToFileURL(join(folder, 'shared', 'render', 'jsonnet', 'jsonnet.wasm')),
      });
      const files = new Map([['a.jsonnet', '{ two: 1 + 1, name: std.extVar("name") }']]);
      const text = await evaluate({ files, entry: 'a.jsonnet', ext: { name: 'storage' } });
      expect(JSON.parse(text)).toEqual({ two: 2, name: 'storage' });
    }));

  it('serve the console from what is packed: its files to those let in, and nothing to nobody', async () => {
    const ask = (rawPath: string): Promise<unknown> =>
      callBundle(join(packaged, 'serveConsole.zip'), 'functions/serve-console.mjs', consoleVariables, {
        version: '2.0',
        rawPath,
        rawQueryString: '',
        headers: { accept: 'application/json' },
        isBase64Encoded: false,
        requestContext: { domainName: 'console.example.com', http: { method: 'GET' } },
      });
    const morphing = readFileSync(join(root, 'node_modules/idiomorph/dist/idiomorph.esm.js'));
    expect(await ask('/assets/idiomorph.js')).toMatchObject({ statusCode: 200, body: morphing.toString('base64') });
    expect(await ask('/')).toMatchObject({ statusCode: 401, headers: { 'www-authenticate': 'Bearer' } });
  });
});

describe('the template', () => {
  it('names nothing that it does not hold', () => {
    const missing = Object.entries(resources).flatMap(([id, { Properties }]) =>
      referencesIn(Properties)
        .filter((name) => !name.startsWith('AWS::') && resources[name] === undefined)
        .map((name) => `${id} -> ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no circle of resources, which CloudFormation would refuse', () => {
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (id: string, path: readonly string[]): void => {
      if (path.includes(id)) circles.push([...path.slice(path.indexOf(id)), id].join(' -> '));
      if (done.has(id) || path.includes(id)) return;
      for (const next of referencesIn(propertiesOf(id))) visit(next, [...path, id]);
      done.add(id);
    };
    for (const id of Object.keys(resources)) visit(id, []);
    expect(circles).toEqual([]);
  });

  it('keeps every log for a time, not for ever', () => {
    const kept = ofType('AWS::Logs::LogGroup').filter(
      ([, { Properties }]) => !(Number(Properties.RetentionInDays) > 0),
    );
    expect(kept.map(([id]) => id)).toEqual([]);
  });

  it('protects the ledger', () => {
    expect(resources.LedgerTable?.DeletionPolicy).toBe('Retain');
    expect(propertiesOf('LedgerTable')).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, KMSMasterKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      StreamSpecification: { StreamViewType: 'KEYS_ONLY' },
    });
  });

  it('protects the blobs', () => {
    expect(resources.BlobBucket?.DeletionPolicy).toBe('Retain');
    expect(propertiesOf('BlobBucket')).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } }],
      },
    });
    expect(propertiesOf('BlobBucketPolicy')).toMatchObject({
      PolicyDocument: {
        Statement: expect.arrayContaining([
          expect.objectContaining({
            ...{ Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          }),
        ]),
      },
    });
  });

  it('has the function find out who sends, by session, token or signature, at every address', () => {
    const routes = ofType('AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
      Properties.RouteKey,
      Properties.AuthorizationType ?? 'NONE',
    ]);
    expect(routes.sort()).toEqual([
      ['$default', 'NONE'],
      ['POST /diagnoses', 'NONE'],
      ['POST /hooks/alerts', 'NONE'],
      ['POST /hooks/artifact', 'NONE'],
      ['POST /hooks/merge', 'NONE'],
      ['POST /hooks/tests/{id}', 'NONE'],
    ]);
  });

  it('writes no path and no query into its log: codes, links and signatures are in them', () => {
    const { Format } = propertiesOf('HttpApiStage').AccessLogSettings as { readonly Format: string };
    expect(Object.values(JSON.parse(Format)).sort()).toEqual(
      [
        'httpMethod',
        'identity.sourceIp',
        'protocol',
        'requestId',
        'requestTime',
        'responseLength',
        'routeKey',
        'status',
      ].map((name) => `$context.${name}`),
    );
  });

  it('bounds what comes from outside at each address, once the address is there', () => {
    const stage = resources.HttpApiStage;
    const open = ofType('AWS::ApiGatewayV2::Route');
    const bounds = Object.entries(stage?.Properties.RouteSettings ?? {});
    expect(bounds.map(([key]) => key).sort()).toEqual(
      open.map(([, { Properties }]) => String(Properties.RouteKey)).sort(),
    );
    for (const [, bound] of bounds)
      expect(bound).toMatchObject({
        ThrottlingRateLimit: expect.any(Number),
        ThrottlingBurstLimit: expect.any(Number),
      });
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(open.map(([id]) => id)));
  });

  it('sets calls aside only where that is asked for, and leaves those that deploy all the rest', () => {
    const aside = ofType('AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
      const [condition, count, otherwise] =
        (Properties.ReservedConcurrentExecutions as { readonly 'Fn::If': readonly unknown[] } | undefined)?.[
          'Fn::If'
        ] ?? [];
      if (condition === undefined) return [];
      expect([condition, otherwise]).toEqual(['IsReserved', { Ref: 'AWS::NoValue' }]);
      return [[id.replace('LambdaFunction', '').replace(/^./, (first) => first.toLowerCase()), Number(count)] as const];
    });
    // As the doctor has it: an account with less can not set this aside.
    expect(Object.fromEntries(aside)).toEqual(setAside);
    const sum = aside.reduce((total, [, count]) => total + count, 0);
    expect(sum).toBe(60);
    expect(assessLimits({ all: 1000, own: 0, unreserved: sum + 100 }).status).toBe('ok');
    expect(assessLimits({ all: 1000, own: 0, unreserved: sum + 99 }).status).toBe('warning');
  });

  it('calls sendNotices with what is put into the outbox, and keeps what it could not do with', () => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping');
    expect(mappings.map(([, { Properties, DependsOn }]) => ({ ...Properties, DependsOn }))).toEqual([
      {
        FunctionName: { 'Fn::GetAtt': ['SendNoticesLambdaFunction', 'Arn'] },
        EventSourceArn: { 'Fn::GetAtt': ['LedgerTable', 'StreamArn'] },
        Enabled: true,
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 10,
        FilterCriteria: {
          Filters: [
            {
              Pattern: JSON.stringify({
                eventName: ['INSERT'],
                dynamodb: { Keys: { PK: { S: [outboxPartition] } } },
              }),
            },
          ],
        },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 3,
        MaximumRecordAgeInSeconds: 300,
        DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['FailedEvents', 'Arn'] } } },
        DependsOn: ['SendNoticesRole'],
      },
    ]);
  });

  it('catches every event that could not be handled', () => {
    const queue = { 'Fn::GetAtt': ['FailedEvents', 'Arn'] };
    const unhandled = Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::EventInvokeConfig')
      .map(({ Properties }) => Properties.DestinationConfig);
    expect(unhandled).toEqual(Array.from({ length: 7 }, () => ({ OnFailure: { Destination: queue } })));
    const patterns = ofType('AWS::Events::Rule').filter(([, { Properties }]) => Properties.EventPattern !== undefined);
    expect(patterns).toHaveLength(2);
    for (const [, { Properties }] of patterns) {
      expect(Properties.Targets).toMatchObject([{ DeadLetterConfig: { Arn: queue } }]);
    }
  });
});

/** Bytes of all that is packed of code, compressed: 500 kB, and 1.2 MB with the client of GKE. */
const budget = 500_000;
const budgetWithGke = 1_200_000;
const withGke = [
  ...['detectDrift', 'diagnose', 'judgeWave', 'planWave', 'previewFleet', 'serveConsole'],
  ...['setFlags', 'takeOffFlags'],
];
/** Of that what is read before the handler is there; what a call may do without is loaded by the call that does not. */
const budgetAtStart = 160_000;

describe('a bundle', () => {
  it.each([
    // What each calls its own shapes by.
    ['SSM', 'com.amazonaws.ssm', ['ssm:GetParameter']],
    ['S3', 'com.amazonaws.s3', ['s3:GetObject', 's3:PutObject']],
    ['KMS', 'com.amazonaws.kms', ['kms:Sign']],
    ['CloudWatch', 'com.amazonaws.cloudwatch', ['cloudwatch:GetMetricData']],
    ['EventBridge', 'com.amazonaws.eventbridge', ['events:DescribeRule']],
    ['Lambda', 'com.amazonaws.lambda', ['lambda:GetAccountSettings', 'lambda:InvokeFunction']],
  ])('holds the client of %s just where the role may ask for it', async (_, shapes, any) => {
    const texts = await Promise.all(archives().map(async (archive) => [archive, await codeText(archive)] as const));
    const having = texts.filter(([, text]) => text.includes(shapes)).map(([archive]) => archive);
    const allowed = identityStatements(resources)
      .filter(({ actions }) => any.some((action) => actions.includes(action)))
      .map(({ holder }) => holder);
    const roles = ofType('AWS::IAM::Role').filter(([id, { Properties }]) =>
      [id, ...referencesIn(Properties.ManagedPolicyArns)].some((holder) => allowed.includes(holder)),
    );
    const functions = ofType('AWS::Lambda::Function').map(([id]) => id.replace('LambdaFunction', ''));
    expect(having.map((archive) => keyOf(basename(archive, '.zip'))).sort()).toEqual(
      roles
        .map(([id]) => id.replace('Role', ''))
        .filter((key) => functions.includes(key))
        .sort(),
    );
  });

  it('stays within its size, compressed', async () => {
    const sizes = await Promise.all(
      archives().map(async (archive) => ({ name: basename(archive, '.zip'), ...(await sizesOf(archive)) })),
    );
    expect(sizes.filter(({ name, all }) => all > (withGke.includes(name) ? budgetWithGke : budget))).toEqual([]);
    expect(sizes.filter(({ atStart }) => atStart > budgetAtStart)).toEqual([]);
  });
});

describe('the roles', () => {
  it('are allowed actions by their names, never by a star', () => {
    const statements = identityStatements(resources);
    expect(statements.length).toBeGreaterThan(20);
    expect(statements.filter(({ effect }) => effect !== 'Allow')).toEqual([]);
    expect(statements.filter(({ actions }) => actions.some((action) => action.includes('*')))).toEqual([]);
  });

  it('have no more managed policies than IAM attaches to one: ten', () => {
    const attached = ofType('AWS::IAM::Role').map(([id, { Properties }]) => ({
      id,
      count: [Properties.ManagedPolicyArns ?? []].flat().length,
    }));
    expect(attached.length).toBeGreaterThan(30);
    expect(attached.filter(({ count }) => count > 10)).toEqual([]);
  });

  it('name what they may touch, but where AWS knows no resource', () => {
    const everything = identityStatements(resources).filter((statement) => statement.resources.includes('*'));
    expect(everything.map(({ holder, actions, conditional }) => ({ holder, actions, conditional }))).toEqual([
      { holder: 'RunFunction', actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], conditional: false },
      {
        holder: 'ReadInstallation',
        actions: ['events:ListRuleNamesByTarget', 'lambda:GetAccountSettings', 'lambda:ListEventSourceMappings'],
        conditional: false,
      },
      { holder: 'OpenClusters', actions: ['sts:GetWebIdentityToken'], conditional: true },
      {
        holder: 'OpenClusters',
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
        conditional: false,
      },
      { holder: 'ReadMetrics', actions: ['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms'], conditional: false },
      {
        holder: 'RunMachine',
        actions: [
          'logs:CreateLogDelivery',
          'logs:DeleteLogDelivery',
          'logs:DescribeLogGroups',
          'logs:DescribeResourcePolicies',
          'logs:GetLogDelivery',
          'logs:ListLogDeliveries',
          'logs:PutResourcePolicy',
          'logs:UpdateLogDelivery',
          'xray:GetSamplingRules',
          'xray:GetSamplingTargets',
          'xray:PutTelemetryRecords',
          'xray:PutTraceSegments',
        ],
        conditional: false,
      },
    ]);
  });
});

describe('a state machine', () => {
  it.each(['Rollout', 'Wave', 'Deployment'])('%s may invoke exactly the functions that it names', (machine) => {
    const definition = propertiesOf(`${machine}StateMachine`).DefinitionString;
    const named = referencesIn(definition)
      .map((id) => /^(\w+)LambdaVersion/.exec(id)?.[1])
      .filter((key) => key !== undefined);
    const allowed = identityStatements(resources)
      .filter(({ holder, actions }) => holder === `${machine}MachineRole` && actions.includes('lambda:InvokeFunction'))
      .flatMap((statement) => statement.resources.map((text) => /\$\{(\w+)LambdaFunction\.Arn\}:\*/.exec(text)?.[1]));
    expect(named.length).toBeGreaterThan(2);
    expect([...allowed].sort()).toEqual([...new Set(named)].sort());
  });

  it.each([
    ['Rollout', 'Wave'],
    ['Wave', 'Deployment'],
  ])('%s starts the version of %s that was deployed with it, and no later one', (machine, nested) => {
    const named = referencesIn(propertiesOf(`${machine}StateMachine`).DefinitionString);
    expect([...new Set(named)].filter((id) => id.startsWith(nested) && !id.includes('Lambda'))).toEqual([
      `${nested}Version`,
    ]);
    expect(resources[`${nested}Version`]).toEqual({
      Type: 'AWS::StepFunctions::StateMachineVersion',
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        StateMachineArn: { Ref: `${nested}StateMachine` },
        StateMachineRevisionId: { 'Fn::GetAtt': [`${nested}StateMachine`, 'StateMachineRevisionId'] },
      },
    });
  });

  it('Rollout is started by its alias, which leads to the version of the deployment, and by nothing else', () => {
    const alias = propertiesOf('RolloutAlias');
    expect(alias).toEqual({
      Name: liveAlias('').slice(1),
      RoutingConfiguration: [{ StateMachineVersionArn: { Ref: 'RolloutVersion' }, Weight: 100 }],
    });
    expect(resources.RolloutVersion).toMatchObject({
      ...{ Type: 'AWS::StepFunctions::StateMachineVersion', UpdateReplacePolicy: 'Retain' },
      Properties: { StateMachineArn: { Ref: 'RolloutStateMachine' } },
    });
    expect(ofType('AWS::StepFunctions::StateMachineAlias').map(([id]) => id)).toEqual(['RolloutAlias']);
    const starts = identityStatements(resources)
      .filter(({ actions }) => actions.includes('states:StartExecution'))
      .map(({ holder, resources: named, condition }) => ({ holder, named, condition }));
    const nested = { condition: undefined };
    expect(starts).toEqual([
      {
        holder: 'StartRollouts',
        named: [expect.stringContaining(':stateMachine:tidegate-ci-rollout"')],
        condition: { 'ForAnyValue:StringEquals': { 'states:StateMachineQualifier': [alias.Name] } },
      },
      { holder: 'RolloutMachineRole', named: ['{"Ref":"WaveStateMachine"}'], ...nested },
      {
        holder: 'WaveMachineRole',
        named: [expect.stringContaining(':stateMachine:tidegate-ci-wave"'), '{"Ref":"DeploymentStateMachine"}'],
        ...nested,
      },
    ]);
  });

  it.each(['Rollout', 'Wave', 'Deployment'])('%s is traced, and logged without the data it carries', (machine) => {
    expect(propertiesOf(`${machine}StateMachine`)).toMatchObject({
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: {
        Level: 'ERROR',
        IncludeExecutionData: false,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [`${machine}Log`, 'Arn'] } } }],
      },
      RoleArn: { 'Fn::GetAtt': [`${machine}MachineRole`, 'Arn'] },
    });
  });

  it.each(['Rollout', 'Wave', 'Deployment'])('%s that fails raises an alarm', (machine) => {
    const watched = ofType('AWS::CloudWatch::Alarm').filter(
      ([, { Properties }]) =>
        Properties.MetricName === 'ExecutionsFailed' &&
        referencesIn(Properties.Dimensions).includes(`${machine}StateMachine`),
    );
    expect(watched).toHaveLength(1);
  });

  it('that the stream of the ledger is behind raises an alarm', () => {
    const watched = ofType('AWS::CloudWatch::Alarm').filter(
      ([, { Properties }]) =>
        Properties.MetricName === 'IteratorAge' &&
        referencesIn(Properties.Dimensions).includes('SendNoticesLambdaFunction'),
    );
    expect(watched).toHaveLength(1);
  });

  it.each(['Errors', 'Throttles'])('that alerts from outside are not taken raises an alarm: %s', (metric) => {
    const watched = ofType('AWS::CloudWatch::Alarm').filter(
      ([, { Properties }]) =>
        Properties.Namespace === 'AWS/Lambda' &&
        Properties.MetricName === metric &&
        referencesIn(Properties.Dimensions).includes('ReceiveAlertsLambdaFunction'),
    );
    expect(watched).toHaveLength(1);
  });
});
