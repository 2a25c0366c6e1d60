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
      B: pass({ Output: '{% $left + $right %}', Next: 'C' }),
      C: pass({ Output: { sum: ['{% $left + $right %}'] }, End: true }),
    });
    expect(found).toEqual([unassigned('right', '/States/B/Output')]);
  });

  test('the state that assigns one does not see it yet, unless it comes again', () => {
    expect(check({ A: pass({ Assign: { n: '{% $n + 1 %}' }, End: true }) })).toEqual([
      unassigned('n', '/States/A/Assign/n'),
    ]);
    const again = { Type: 'Choice', Choices: [{ Condition: '{% $n < 3 %}', Next: 'A' }], Default: 'End' };
    const states = { A: pass({ Assign: { n: '{% $exists($n) ? $n + 1 : 0 %}' }, Next: 'B' }), B: again };
    expect(check({ ...states, End: { Type: 'Succeed' } })).toEqual([]);
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
    '{% $states.input ~> |$|{"a": 1}| %}',
    'a literal $name',
  ])('what an expression binds itself, and functions, are no variables: %s', (Output) => {
    expect(check({ A: pass({ Output, End: true }) })).toEqual([]);
  });
});

test('members of $states.context are checked', () => {
  const place = (expression: string) => check({ A: call({ Arguments: { a: [`{% ${expression} %}`] }, End: true }) });
  expect([place('$states.context.Task.Token'), place('$states.context.Execution.Input.any.thing')]).toEqual([[], []]);
  expect(place('$states.context.Execution.id')).toEqual([
    [
      'UNKNOWN_STATES_FIELD',
      '/States/A/Arguments/a[0]',
      '$states.context.Execution.id is not there; expected one of Id, Input, Name, RoleArn, StartTime, RedriveCount, RedriveTime',
    ],
  ]);
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
  expect(check(states)).toEqual([unknown('States.Timeut', '/States/A/Retry[0]/ErrorEquals[2]')]);
  expect(check(states, new Set(['ClusterBusy']))).toEqual([
    unknown('States.Timeut', '/States/A/Retry[0]/ErrorEquals[2]'),
    unknown('ClusterBusi', '/States/A/Catch[0]/ErrorEquals[0]'),
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
  const definition = JSON.stringify(machine({ A: pass({ Output: '{% $none %}', End: true }) }));
  const validate = async (severity: 'ERROR' | 'WARNING') => {
    const { result, diagnostics } = await workbench().client.send(
      new ValidateStateMachineDefinitionCommand({ definition, severity }),
    );
    return [result, diagnostics?.map(({ severity, code, location }) => [severity, code, location])];
  };
  expect(await validate('ERROR')).toEqual(['OK', []]);
  expect(await validate('WARNING')).toEqual(['OK', [['WARNING', 'UNASSIGNED_VARIABLE', '/States/A/Output']]]);
});
