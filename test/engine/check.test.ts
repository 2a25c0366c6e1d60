import { ValidateStateMachineDefinitionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { checkDefinition } from '../../local/engine/check/definition.ts';
import { parseDefinition } from '../../local/engine/parse.ts';
import { workbench } from './workbench.ts';

const machine = (states: object, startAt = 'A') => ({ QueryLanguage: 'JSONata', StartAt: startAt, States: states });

const check = (states: object, failures?: ReadonlySet<string>) => {
  const parsed = parseDefinition(JSON.stringify(machine(states)));
  expect(parsed.diagnostics).toEqual([]);
  if (!parsed.machine) return [];
  return checkDefinition(parsed.machine, failures).map(({ code, location, message }) => [code, location, message]);
};

const pass = (more: object) => ({ Type: 'Pass', ...more });
const call = (more: object) => ({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', ...more });
const scope = (states: object, startAt = 'I') => ({ StartAt: startAt, States: states });

test('a loop without an exit is no mistake', () => {
  expect(check({ A: pass({ Next: 'B' }), B: { Type: 'Wait', Seconds: 1, Next: 'A' } })).toEqual([]);
});

test('states no path leads to are found in every scope', () => {
  const found = check({
    A: { Type: 'Parallel', Branches: [scope({ I: pass({ End: true }), Lost: pass({ Next: 'I' }) })], End: true },
    B: pass({ Next: 'C' }),
    C: pass({ End: true }),
  });
  expect(found).toEqual([
    ['UNREACHABLE_STATE', '/States/B', "no path from 'A' leads to 'B'"],
    ['UNREACHABLE_STATE', '/States/C', "no path from 'A' leads to 'C'"],
    ['UNREACHABLE_STATE', '/States/A/Branches/0/States/Lost', "no path from 'I' leads to 'Lost'"],
  ]);
});

describe('variables', () => {
  const unassigned = (name: string, at: string) => [
    'UNASSIGNED_VARIABLE',
    at,
    `no path to this state assigns $${name}`,
  ];

  test('one that some path assigns may be read; one that none does may not', () => {
    const found = check({
      A: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.x > 1 %}', Assign: { left: 1 }, Next: 'B' }],
        Assign: { right: 1 },
        Default: 'C',
      },
      B: pass({ Output: '{% $left + $right %}', End: true }),
      C: pass({ Output: { sum: ['{% $left + $right %}'] }, End: true }),
    });
    expect(found).toEqual([unassigned('right', '/States/B/Output'), unassigned('left', '/States/C/Output/sum/0')]);
  });

  test('the state that assigns one does not see it yet, unless it comes again', () => {
    expect(check({ A: pass({ Assign: { n: '{% $n + 1 %}' }, End: true }) })).toEqual([
      unassigned('n', '/States/A/Assign/n'),
    ]);
    expect(check({ A: pass({ Assign: { n: '{% $exists($n) ? $n + 1 : 0 %}' }, Next: 'A' }) })).toEqual([]);
  });

  test('branches see those around them, children of a distributed Map do not, and nobody sees those inside', () => {
    const inner = scope({ I: pass({ Output: '{% $n %}', Assign: { inside: 1 }, End: true }) });
    const distributed = { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
    const found = check({
      A: pass({ Assign: { n: 1 }, Next: 'B' }),
      B: { Type: 'Parallel', Branches: [inner], Next: 'C' },
      C: { Type: 'Map', ItemProcessor: scope({ J: pass({ Output: '{% $n %}', End: true }) }, 'J'), Next: 'D' },
      D: {
        Type: 'Map',
        ItemProcessor: { ...distributed, ...scope({ K: pass({ Output: '{% $n %}', End: true }) }, 'K') },
        Output: '{% $inside %}',
        End: true,
      },
    });
    expect(found).toEqual([
      unassigned('inside', '/States/D/Output'),
      unassigned('n', '/States/D/ItemProcessor/States/K/Output'),
    ]);
  });

  test.each([
    '{% ($x := 1; $x + 1) %}',
    '{% $map([1, 2], function($value, $index) { $value + $index }) %}',
    '{% $states.input.items@$item#$at.{"n": $item, "at": $at} %}',
    '{% $sum($states.input.n) & $uuid() & $now() %}',
    '{% $ ~> |$|{"a": 1}| %}',
    'a literal $name',
  ])('what an expression binds itself, and functions, are no variables: %s', (Output) => {
    expect(check({ A: pass({ Output, End: true }) })).toEqual([]);
  });
});

test.each([
  [
    'Pass',
    pass({ Output: '{% $states.result %}', End: true }),
    '$states.result is not there; here $states has input, context',
  ],
  ['Task', call({ Output: '{% $states.result.Payload.any.thing %}', End: true }), undefined],
  [
    'Task',
    call({ Arguments: '{% $states.result %}', End: true }),
    '$states.result is not there; here $states has input, context',
  ],
  [
    'Task',
    call({ Output: '{% $states.inputs %}', End: true }),
    '$states.inputs is not there; here $states has input, context, result',
  ],
  ['Task', call({ Arguments: '{% $states.context.Task.Token %}', End: true }), undefined],
  ['Task', call({ Arguments: '{% $states.context.Execution.Input.any.thing %}', End: true }), undefined],
  [
    'Task',
    call({ Arguments: '{% $states.context.Execution.id %}', End: true }),
    '$states.context.Execution.id is not there; expected one of Id, Input, Name, RoleArn, StartTime, RedriveCount, RedriveTime',
  ],
  [
    'catcher',
    call({ Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Cause %}', Next: 'A' }], End: true }),
    undefined,
  ],
  [
    'catcher',
    call({ Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.result %}', Next: 'A' }], End: true }),
    '$states.result is not there; here $states has input, context, errorOutput',
  ],
])('members of $states are checked in a %s: %#', (_, state, mistake) => {
  expect(check({ A: state }).map(([code, , message]) => [code, message])).toEqual(
    mistake === undefined ? [] : [['UNKNOWN_STATES_FIELD', mistake]],
  );
});

test('failure names are those of the language, of services, and those given', () => {
  const states = {
    A: call({
      Retry: [{ ErrorEquals: ['Lambda.TooManyRequestsException', 'ClusterBusy', 'States.Timeut'] }],
      Catch: [{ ErrorEquals: ['ClusterBusi'], Next: 'B' }],
      Next: 'B',
    }),
    B: { Type: 'Fail', Error: 'Rejected' },
  };
  const unknown = (name: string, at: string) => [
    ...['UNKNOWN_FAILURE_NAME', at, `'${name}' is not a failure anything here raises or answers`],
  ];
  expect(check(states)).toEqual([unknown('States.Timeut', '/States/A/Retry/0/ErrorEquals/2')]);
  expect(check(states, new Set(['ClusterBusy']))).toEqual([
    unknown('States.Timeut', '/States/A/Retry/0/ErrorEquals/2'),
    unknown('ClusterBusi', '/States/A/Catch/0/ErrorEquals/0'),
    unknown('Rejected', '/States/B/Error'),
  ]);
});

test('a value that never fits into a payload is found', () => {
  expect(check({ A: pass({ Output: ['x'.repeat(262_141)], End: true }) })).toEqual([
    ['PAYLOAD_TOO_LARGE', '/States/A/Output', 'it is always longer than 262144 bytes'],
  ]);
  expect(check({ A: pass({ Output: 'x'.repeat(262_142), End: true }) })).toEqual([]);
});

test('ValidateStateMachineDefinition gives warnings only to who asks for them, and they do not fail a definition', async () => {
  const definition = JSON.stringify(machine({ A: pass({ End: true }), B: pass({ End: true }) }));
  const validate = async (severity: 'ERROR' | 'WARNING') => {
    const { result, diagnostics } = await workbench().client.send(
      new ValidateStateMachineDefinitionCommand({ definition, severity }),
    );
    return [result, diagnostics?.map(({ severity, code, location }) => [severity, code, location])];
  };
  expect(await validate('ERROR')).toEqual(['OK', []]);
  expect(await validate('WARNING')).toEqual(['OK', [['WARNING', 'UNREACHABLE_STATE', '/States/B']]]);
});
