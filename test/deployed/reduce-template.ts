interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** A CloudFormation template as packaged, as far as it is read here. */
export interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** What the parameters of a stage decide: conditions are over texts that are known when it is packaged. */
const holds = (condition: unknown): boolean => {
  const [name, given] = Object.entries(condition ?? {})[0] ?? [];
  if (name === 'Fn::Not') return !holds((given as readonly unknown[])[0]);
  if (name === 'Fn::Equals')
    return new Set((given as readonly unknown[]).map((each) => JSON.stringify(each))).size === 1;
  throw new Error(`condition ${JSON.stringify(condition)}: expected Fn::Equals or Fn::Not`);
};

const isNoValue = (value: unknown): boolean => JSON.stringify(value) === '{"Ref":"AWS::NoValue"}';

/**
 * Types of resources that moto 5.2.5 does not make, each with what that leaves out. `docs/deploy.md` says the same to people; a test holds
 * that every entry is in the template and that nothing else of it is missing.
 */
export const lacking: Readonly<Record<string, string>> = {
  'AWS::ApiGatewayV2::Api': 'the HTTP API: its routes are called as functions, with the events that it would make',
  'AWS::ApiGatewayV2::Stage': 'as the API',
  'AWS::ApiGatewayV2::Integration': 'as the API',
  'AWS::ApiGatewayV2::Route': 'as the API',
  'AWS::CloudWatch::Alarm': 'alarms are not made, and none is raised',
  'AWS::Events::EventBusPolicy': 'who may put events on the bus is not asked',
  'AWS::Lambda::EventInvokeConfig': 'where an event goes that no call could handle',
  'AWS::Lambda::EventSourceMapping':
    'the stream of the ledger calls no function there: the test does, with its records',
  'AWS::Lambda::Version': 'versions have no ARN there: every function is named by its version 1',
  'AWS::S3::BucketPolicy': 'that buckets are reached over TLS only',
  'AWS::SNS::TopicPolicy': 'who may publish alarms',
  'AWS::SQS::QueuePolicy': 'who may send to the queue of what failed',
  'AWS::StepFunctions::StateMachineAlias': 'the alias that rollouts are started by, made here in our engine',
  'AWS::StepFunctions::StateMachineVersion':
    'versions of machines: every machine is named by its version 1, made here in our engine',
};

/** Of a function of CloudFormation: exactly one member. */
const only = (value: object): readonly [string, unknown] | undefined => {
  const [first, ...more] = Object.entries(value);
  return first === undefined || more.length > 0 ? undefined : first;
};

/**
 * The template without what moto lacks. Beside the types above it is wrong about five things, each rewritten here to what is the same
 * for AWS: a `Ref` of an event bus is no name there, names of an `Fn::Sub` may not begin with a digit, a version of a function has no ARN,
 * an `Fn::If` may not leave a member out, and what refers to the HTTP API gets a name of our own.
 */
export const reduceTemplate = (template: Template): Template => {
  const typeOf = (id: string): string | undefined => template.Resources[id]?.Type;
  const members = (value: object): Readonly<Record<string, unknown>> =>
    Object.fromEntries(
      Object.entries(value)
        .map(([key, inner]) => [/^\d[0-9a-f]{31}$/.test(key) ? `v${key}` : key, rewrite(inner)] as const)
        .filter(([, inner]) => !isNoValue(inner)),
    );
  const rewrite = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value
        .replace(/\$\{(\d[0-9a-f]{31})\}/g, (_, name: string) => `\${v${name}}`)
        .replace(/\$\{HttpApi\}/g, 'emulated');
    if (Array.isArray(value)) return value.map(rewrite).filter((each) => !isNoValue(each));
    if (typeof value !== 'object' || value === null) return value;
    const [name, given] = only(value) ?? [];
    if (name === 'Ref' && typeof given === 'string') return rewriteRef(given);
    if (name === 'Fn::If') {
      const [condition, yes, no] = given as readonly [string, unknown, unknown];
      return rewrite(holds(template.Conditions?.[condition]) ? yes : no);
    }
    return members(value);
  };
  const rewriteRef = (id: string): unknown => {
    switch (typeOf(id)) {
      case 'AWS::Events::EventBus':
        return { 'Fn::GetAtt': [id, 'Name'] };
      case 'AWS::StepFunctions::StateMachineVersion':
        return { 'Fn::Join': ['', [{ Ref: id.replace(/Version$/, 'StateMachine') }, ':1']] };
      case 'AWS::Lambda::Version': {
        const [key = ''] = id.split('LambdaVersion');
        return { 'Fn::Join': ['', [{ 'Fn::GetAtt': [`${key}LambdaFunction`, 'Arn'] }, ':1']] };
      }
      case 'AWS::ApiGatewayV2::Api':
        return 'emulated';
      default:
        return { Ref: id };
    }
  };
  const kept = Object.entries(template.Resources).filter(
    ([, { Type, Condition }]) =>
      !(Type in lacking) && (Condition === undefined || holds(template.Conditions?.[Condition])),
  );
  const { Conditions: _, ...rest } = template;
  return {
    ...rest,
    Resources: Object.fromEntries(
      kept.map(([id, { Type, Properties }]) => [
        id,
        {
          Type,
          Properties: members(Properties),
        },
      ]),
    ),
    Outputs: Object.fromEntries(Object.entries(template.Outputs ?? {}).map(([key, output]) => [key, rewrite(output)])),
  };
};
