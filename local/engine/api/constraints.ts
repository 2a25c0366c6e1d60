/** What the service model of AWS lets a member of a request be. Lengths are in characters, as the model counts. */
export interface Constraint {
  readonly type: 'string' | 'number' | 'boolean' | 'list' | 'structure';
  readonly required?: boolean;
  readonly least?: number;
  readonly most?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
  /** Its value is not told in an error. */
  readonly sensitive?: boolean;
  /** Of a structure. */
  readonly members?: Readonly<Record<string, Constraint>>;
}

const text = (least: number, most: number, more: Partial<Constraint> = {}): Constraint => ({
  ...{ type: 'string', least, most },
  ...more,
});
const secret = (least: number, most: number, more: Partial<Constraint> = {}) =>
  text(least, most, { sensitive: true, ...more });
const oneOf = (...values: readonly string[]): Constraint => ({ type: 'string', values });
const whole = (least: number, most?: number): Constraint => ({
  ...{ type: 'number', least },
  ...(most !== undefined && { most }),
});
const needed = (constraint: Constraint): Constraint => ({ ...constraint, required: true });

const structure = (members: Constraint['members'] = {}): Constraint => ({ type: 'structure', members });

const BOOLEAN: Constraint = { type: 'boolean' };
const STRUCTURE: Constraint = { type: 'structure' };
const LIST: Constraint = { type: 'list' };
const ARN = text(1, 256);
const LONG_ARN = text(1, 2000);
const NAME = text(1, 80);
const DEFINITION = secret(1, 1_048_576);
const DATA = secret(0, 262_144);
const DESCRIPTION = secret(0, 256);
const PAGED = { maxResults: whole(0, 1000), nextToken: text(1, 1024) };
const INCLUDED = { includedData: oneOf('ALL_DATA', 'METADATA_ONLY') };
const FAILURE = { error: secret(0, 256), cause: secret(0, 32_768) };
const TASK_TOKEN = { taskToken: needed(text(1, 2048)) };
const SETTINGS = {
  ...{ loggingConfiguration: STRUCTURE, tracingConfiguration: STRUCTURE, encryptionConfiguration: STRUCTURE },
  ...{ publish: BOOLEAN, versionDescription: DESCRIPTION },
};
const START = {
  ...{ stateMachineArn: needed(ARN), name: NAME, input: DATA },
  traceHeader: text(0, 256, { pattern: /^\p{ASCII}*$/u }),
};
const ALIAS_NAME = text(1, 80, { pattern: /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/ });
const ROUTING: Constraint = { type: 'list', least: 1, most: 2 };

/** The members of each operation's request, from the public service model (2016-11-23). */
export const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = {
  CreateStateMachine: {
    ...{ name: needed(NAME), definition: needed(DEFINITION), roleArn: needed(ARN), tags: LIST, ...SETTINGS },
    type: oneOf('STANDARD', 'EXPRESS'),
  },
  UpdateStateMachine: { stateMachineArn: needed(ARN), definition: DEFINITION, roleArn: ARN, ...SETTINGS },
  DescribeStateMachine: { stateMachineArn: needed(ARN), ...INCLUDED },
  DescribeStateMachineForExecution: { executionArn: needed(ARN), ...INCLUDED },
  ListStateMachines: PAGED,
  DeleteStateMachine: { stateMachineArn: needed(ARN) },
  ValidateStateMachineDefinition: {
    ...{ definition: needed(DEFINITION), type: oneOf('STANDARD', 'EXPRESS') },
    ...{ severity: oneOf('ERROR', 'WARNING'), maxResults: whole(0, 100) },
  },
  PublishStateMachineVersion: {
    ...{ stateMachineArn: needed(ARN), revisionId: { type: 'string' }, description: DESCRIPTION },
  },
  ListStateMachineVersions: { stateMachineArn: needed(ARN), ...PAGED },
  DeleteStateMachineVersion: { stateMachineVersionArn: needed(LONG_ARN) },
  CreateStateMachineAlias: {
    ...{ name: needed(ALIAS_NAME), description: DESCRIPTION, routingConfiguration: needed(ROUTING) },
  },
  UpdateStateMachineAlias: {
    ...{ stateMachineAliasArn: needed(ARN), description: DESCRIPTION, routingConfiguration: ROUTING },
  },
  DescribeStateMachineAlias: { stateMachineAliasArn: needed(ARN) },
  ListStateMachineAliases: { stateMachineArn: needed(ARN), ...PAGED },
  DeleteStateMachineAlias: { stateMachineAliasArn: needed(ARN) },
  StartExecution: START,
  StartSyncExecution: { ...START, ...INCLUDED },
  StopExecution: { executionArn: needed(ARN), ...FAILURE },
  DescribeExecution: { executionArn: needed(ARN), ...INCLUDED },
  ListExecutions: {
    ...{ stateMachineArn: ARN, mapRunArn: LONG_ARN, maxResults: whole(0, 1000), nextToken: text(1, 3096) },
    statusFilter: oneOf('RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'),
    redriveFilter: oneOf('REDRIVEN', 'NOT_REDRIVEN'),
  },
  GetExecutionHistory: {
    ...{ executionArn: needed(ARN), reverseOrder: BOOLEAN, includeExecutionData: BOOLEAN, ...PAGED },
  },
  RedriveExecution: { executionArn: needed(ARN), clientToken: text(1, 64, { pattern: /^[!-~]+$/ }) },
  SendTaskSuccess: { ...TASK_TOKEN, output: needed(DATA) },
  SendTaskFailure: { ...TASK_TOKEN, ...FAILURE },
  SendTaskHeartbeat: TASK_TOKEN,
  ListMapRuns: { executionArn: needed(ARN), ...PAGED },
  DescribeMapRun: { mapRunArn: needed(LONG_ARN) },
  UpdateMapRun: {
    ...{ mapRunArn: needed(LONG_ARN), maxConcurrency: whole(0), toleratedFailureCount: whole(0) },
    toleratedFailurePercentage: whole(0, 100),
  },
  ListTagsForResource: { resourceArn: needed(ARN) },
  TagResource: { resourceArn: needed(ARN), tags: needed(LIST) },
  UntagResource: { resourceArn: needed(ARN), tagKeys: needed(LIST) },
  TestState: {
    ...{ definition: needed(DEFINITION), roleArn: ARN, input: DATA, variables: DATA, context: DATA },
    ...{ inspectionLevel: oneOf('INFO', 'DEBUG', 'TRACE'), revealSecrets: BOOLEAN, stateName: secret(1, 80) },
    mock: structure({
      ...{ result: DATA, fieldValidationMode: oneOf('STRICT', 'PRESENT', 'NONE') },
      errorOutput: structure(FAILURE),
    }),
    stateConfiguration: structure({
      ...{ retrierRetryCount: whole(0), errorCausedByState: secret(1, 80), mapIterationFailureCount: whole(0) },
      mapItemReaderData: DATA,
    }),
  },
};
