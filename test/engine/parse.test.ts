import { CreateStateMachineCommand, ValidateStateMachineDefinitionCommand } from '@aws-sdk/client-sfn';
import { expect, test } from 'vitest';
import { parseDefinition } from '../../local/engine/parse.ts';
import { ROLE, workbench } from './workbench.ts';

const machine = (states: object, more: object = {}) => ({
  ...{ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states },
  ...more,
});

const mistakes = (definition: unknown): readonly (readonly (string | undefined)[])[] =>
  parseDefinition(typeof definition === 'string' ? definition : JSON.stringify(definition)).diagnostics.map(
    ({ code, message, location }) => [code, message, location],
  );

const SCHEMA = 'SCHEMA_VALIDATION_FAILED';
const TARGET = 'MISSING_TRANSITION_TARGET';
const END = { Type: 'Pass', End: true };
const call = (more: object) => ({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true, ...more });
const scope = (states: object) => ({ StartAt: Object.keys(states)[0], States: states });

// What AWS's own ValidateStateMachineDefinition answers to these is public: github.com/floci-io/floci issues 2735, 2745, 2968.
test.each([
  [
    'a machine without an end',
    machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' }, Unused: { Type: 'Pass', Next: 'A' } }),
    [['MISSING_END_STATE', 'Workflow has no terminal state', undefined]],
  ],
  [
    'a machine whose end is not reachable',
    machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' }, C: END }),
    [[TARGET, 'State "C" is not reachable.', '/States/C']],
  ],
  [
    'a target that is not there',
    machine({ A: { Type: 'Pass', Next: 'NOPE' } }),
    [
      [TARGET, "Missing 'Next' target: NOPE", '/States/A/Next'],
      ['MISSING_END_STATE', 'Workflow has no terminal state', undefined],
    ],
  ],
  [
    'targets that are not there, of a rule, a default and a catcher',
    machine({
      A: { Type: 'Choice', Choices: [{ Condition: true, Next: 'X' }], Default: 'Y' },
      ...{ T: call({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }] }) },
    }),
    [
      [TARGET, "Missing 'Next' target: X", '/States/A/Choices[0]/Next'],
      [TARGET, "Missing 'Next' target: Y", '/States/A/Default'],
      [TARGET, "Missing 'Next' target: Z", '/States/T/Catch[0]/Next'],
      [TARGET, 'State "T" is not reachable.', '/States/T'],
    ],
  ],
  [
    'a StartAt that is not there',
    machine({ A: END }, { StartAt: 'Nope' }),
    [
      [TARGET, "Missing 'Next' target: Nope", '/StartAt'],
      [TARGET, 'State "A" is not reachable.', '/States/A'],
    ],
  ],
  [
    'states of branches and processors that are not reachable',
    machine({
      P: { Type: 'Parallel', Branches: [scope({ W: END, 'a/b': END })], Next: 'M' },
      M: { Type: 'Map', ItemProcessor: scope({ V: END, Ghost: END }), End: true },
    }),
    [
      [TARGET, 'State "a/b" is not reachable.', '/States/P/Branches[0]/States/a/b'],
      [TARGET, 'State "Ghost" is not reachable.', '/States/M/ItemProcessor/States/Ghost'],
    ],
  ],
  [
    'an endless processor: only the machine itself must have an end',
    machine({
      M: {
        Type: 'Map',
        ItemProcessor: scope({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
        End: true,
      },
    }),
    [],
  ],
  [
    'fields of other types of state',
    machine({ X: { Type: 'Pass', TimeoutSeconds: 5, Catch: [], Retry: [], End: true } }),
    ['TimeoutSeconds', 'Catch', 'Retry'].map((field) => [SCHEMA, `Field '${field}' is not supported`, '/States/X']),
  ],
  [
    'expressions that can not be read',
    machine({ A: { Type: 'Pass', Output: { v: ['{% 1 + %}'], w: '{% a[1,2) %}' }, End: true } }),
    [
      ['INVALID_JSONATA_EXPRESSION', 'Unexpected end of expression', '/States/A/Output/v[0]'],
      ['INVALID_JSONATA_EXPRESSION', 'Expected "]", got ","', '/States/A/Output/w'],
    ],
  ],
  [
    'expressions that read what is not given',
    machine({
      A: call({
        Arguments: [
          '{% phone.x & email[phone = 1] %}',
          '{% $$ %}',
          '{% $states.result %}',
          '{% $map([1], function($v) { n }) %}',
        ],
        Output: '{% $states.result[n = 1].(a + $.b) %}',
        Catch: [{ ErrorEquals: ['X'], Output: '{% $states.errorOutput %}', Next: 'B' }],
      }),
      B: { Type: 'Pass', Output: '{% $states.errorOutput %}', End: true },
    }),
    [
      ["Reference to 'phone' at the top level is not supported.", '/States/A/Arguments[0]'],
      ["Reference to 'email' at the top level is not supported.", '/States/A/Arguments[0]'],
      ["Reference to '$$' is not supported.", '/States/A/Arguments[1]'],
      ["Field '$states.result' does not exist.", '/States/A/Arguments[2]'],
      ["Reference to 'n' at the top level is not supported.", '/States/A/Arguments[3]'],
      ["Field '$states.errorOutput' does not exist.", '/States/B/Output'],
    ].map(([message, at]) => ['UNSUPPORTED_JSONATA_EXPRESSION', message, at]),
  ],
  [
    'a query language that is none',
    machine({ X: { Type: 'Pass', QueryLanguage: 'jsonata', InputPath: '$.a', End: true } }),
    [
      [
        SCHEMA,
        "The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage",
        '/States/X',
      ],
      [SCHEMA, 'Value should be one of the following: [JSONPath, JSONata]', '/States/X/QueryLanguage'],
    ],
  ],
  [
    'JSONPath in a machine of JSONata',
    machine({ X: { Type: 'Pass', QueryLanguage: 'JSONPath', Output: 1, InputPath: '$', End: true } }),
    [[SCHEMA, "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", '/States/X']],
  ],
  [
    'fields of JSONata in a state of JSONPath, the default',
    scope({ A: { Type: 'Pass', Output: 1, End: true } }),
    [
      [
        SCHEMA,
        "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata' QueryLanguage",
        '/States/A',
      ],
    ],
  ],
  [
    'a query language of a processor',
    machine({ M: { Type: 'Map', ItemProcessor: { QueryLanguage: 'JSONata', ...scope({ P: END }) }, End: true } }),
    [[SCHEMA, "Field 'QueryLanguage' is not supported", '/States/M/ItemProcessor']],
  ],
])('AWS answers so to %s', (_, definition, expected) => {
  expect(mistakes(definition)).toEqual(expected);
});

test.each([
  ['{', [['INVALID_JSON_DESCRIPTION', 'The definition must be a JSON object of at most 1 MB', undefined]]],
  [{}, [[SCHEMA, 'These fields are required: [StartAt, States]', '']]],
  [
    machine({ A: { Type: 'Choice', Choices: [{ Condition: true }], Default: 'B' }, B: END }),
    [[SCHEMA, 'These fields are required: [Next]', '/States/A/Choices[0]']],
  ],
  [
    machine({ A: { Type: 'Dance', End: true } }),
    [
      [
        SCHEMA,
        'Value should be one of the following: [Choice, Fail, Map, Parallel, Pass, Succeed, Task, Wait]',
        '/States/A/Type',
      ],
    ],
  ],
  [machine({ A: { Type: 'Wait', Seconds: -1, End: true } }), [[SCHEMA, 'Minimum value is 0', '/States/A/Seconds']]],
  [
    machine({ A: { Type: 'Wait', Timestamp: 'tomorrow', End: true } }),
    [[SCHEMA, 'Value is not a valid RFC3339 timestamp, such as 2026-01-31T12:00:00Z', '/States/A/Timestamp']],
  ],
  [
    machine({ A: { Type: 'Wait', End: true } }),
    [[SCHEMA, 'Exactly one of these fields is required: [Seconds, Timestamp]', '/States/A']],
  ],
  [
    machine({ A: { Type: 'Pass' }, B: { Type: 'Succeed' } }, { TimeoutSeconds: 0 }),
    [
      [SCHEMA, 'Minimum value is 1', '/TimeoutSeconds'],
      [SCHEMA, 'Exactly one of these fields is required: [Next, End]', '/States/A'],
      [TARGET, 'State "B" is not reachable.', '/States/B'],
    ],
  ],
  [
    machine({ A: { Type: 'Pass', Assign: { states: 1, '1x': 2, größe: 3 }, End: true } }),
    [
      [SCHEMA, 'Invalid variable name: states', '/States/A/Assign/states'],
      [SCHEMA, 'Invalid variable name: 1x', '/States/A/Assign/1x'],
    ],
  ],
  [
    machine({
      A: { Type: 'Pass', Assign: { n: 1 }, Next: 'P' },
      P: {
        Type: 'Parallel',
        Branches: [scope({ B: { Type: 'Pass', Assign: { n: 2, own: 1 }, End: true } })],
        Next: 'D',
      },
      D: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...scope({ C: { Type: 'Pass', Assign: { n: 2 }, End: true } }),
        },
        End: true,
      },
    }),
    [
      [
        SCHEMA,
        "Variable 'n' is assigned in an outer scope and can not be assigned here",
        '/States/P/Branches[0]/States/B',
      ],
    ],
  ],
  [
    machine({ A: { Type: 'Parallel', Branches: [scope({ A: END }), scope({ B: END })], End: true } }),
    [['DUPLICATE_STATE_NAME', 'Duplicate state name: A', '/States/A/Branches[0]/States/A']],
  ],
  [
    machine({ A: call({ Resource: 'sqs' }) }),
    [
      [
        SCHEMA,
        'The resource provided sqs is not recognized. The value is not a valid resource ARN, or the resource is not available in this region.',
        '/States/A/Resource',
      ],
    ],
  ],
  [
    machine({ A: call({ Resource: 'arn:aws:states:::sqs:sendMessage' }) }),
    [
      [
        'RESOURCE_NOT_SUPPORTED',
        'This engine does not run the resource arn:aws:states:::sqs:sendMessage; it runs Lambda function ARNs and arn:aws:states:::lambda:invoke, ' +
          'arn:aws:states:::lambda:invoke.waitForTaskToken, arn:aws:states:::states:startExecution, ' +
          'arn:aws:states:::states:startExecution.waitForTaskToken, arn:aws:states:::states:startExecution.sync, ' +
          'arn:aws:states:::states:startExecution.sync:2',
        '/States/A/Resource',
      ],
    ],
  ],
  [
    scope({ A: { Type: 'Pass', Parameters: { 'a.$': '$.b' }, End: true } }),
    [
      [
        'JSONPATH_NOT_SUPPORTED',
        'This engine runs JSONata only, and the state is in JSONPath mode (the default). Set "QueryLanguage": "JSONata" on the ' +
          'machine or the state and use Arguments, Output and Assign with {% %}',
        '/States/A/Parameters',
      ],
    ],
  ],
  // What is no expression is a literal, as AWS takes it.
  [machine({ A: { Type: 'Pass', Output: ['{% 1', ' {% 1 %}'], End: true } }), []],
])('every mistake is found, with its place: %#', (definition, expected) => {
  expect(mistakes(definition)).toEqual(expected);
});

test('the same mistakes refuse the machine, in the words of AWS', async () => {
  const definition = JSON.stringify(machine({ A: { Type: 'Pass', Next: 'B', Odd: 1 } }));
  const { client } = workbench();
  const { result, diagnostics, truncated } = await client.send(
    new ValidateStateMachineDefinitionCommand({ definition, maxResults: 2 }),
  );
  expect([result, diagnostics?.length, truncated]).toEqual(['FAIL', 2, true]);
  const created = client.send(new CreateStateMachineCommand({ name: 'x', definition, roleArn: ROLE }));
  await expect(created).rejects.toMatchObject({
    name: 'InvalidDefinition',
    message:
      "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'Odd' is not supported at /States/A, " +
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, " +
      "MISSING_END_STATE: Workflow has no terminal state at null'",
  });
});
