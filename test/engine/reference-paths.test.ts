import { expect, test } from 'vitest';
import { parseDefinition } from '../../local/engine/parse.ts';
import { workbench } from './workbench.ts';

const LAMBDA = 'arn:aws:lambda:us-east-1:111111111111:function:echo';
const LAST = { Type: 'Pass', QueryLanguage: 'JSONata', Output: { got: '{% $states.input %}' }, End: true };

/** A state in JSONPath before one in JSONata that tells what it got. */
const before = (state: object) => ({ StartAt: 'Old', States: { Old: { ...state, Next: 'New' }, New: LAST } });

const call = (more: object) => ({ Type: 'Task', Resource: LAMBDA, ...more });
const INPUT = { a: { 'b c': [1, 2] }, d: 'x' };

test.each<[string, object, unknown]>([
  ['all of the input', { Type: 'Pass' }, INPUT],
  ['InputPath', { Type: 'Pass', InputPath: "$.a['b c'][1]" }, 2],
  ['no InputPath', { Type: 'Pass', InputPath: null }, {}],
  ['OutputPath', { Type: 'Pass', OutputPath: '$.a' }, INPUT.a],
  ['Result', { Type: 'Pass', Result: [[{ $x: null }]] }, [[{ $x: null }]]],
  ['Result at a ResultPath', { Type: 'Pass', Result: 7, ResultPath: '$.r' }, { ...INPUT, r: 7 }],
  ['no ResultPath', { Type: 'Pass', Result: 7, ResultPath: null }, INPUT],
  [
    'Parameters',
    { Type: 'Pass', Parameters: { 'd.$': '$.d', e: [{ 'n.$': '$$.State.Name' }] } },
    { d: 'x', e: [{ n: 'Old' }] },
  ],
  ['Parameters of a task', call({ Parameters: { 'd.$': '$.d' }, ResultPath: '$.got' }), { ...INPUT, got: { d: 'x' } }],
  ['InputPath and OutputPath of a task', call({ InputPath: '$.a', OutputPath: "$['b c']" }), [1, 2]],
  ['ResultSelector', call({ ResultSelector: { 'x.$': '$.d' } }), { x: 'x' }],
  ['the end of a wait', { Type: 'Wait', Seconds: 1, OutputPath: '$.d' }, 'x'],
])('a state in JSONPath beside others in JSONata: %s', async (_, state, expected) => {
  const { status, output, cause } = await workbench({ functions: { echo: (payload) => payload } }).execute(
    before(state),
    INPUT,
  );
  expect([status, cause, JSON.parse(output ?? 'null')]).toEqual(['SUCCEEDED', undefined, { got: expected }]);
});

test('it assigns and reads variables, and its catcher puts the error in the input', async () => {
  const fails = () => {
    throw new TypeError('on purpose');
  };
  const states = {
    Name: { Type: 'Pass', Assign: { 'all.$': '$', 'name.$': '$$.Execution.Name', n: 1 }, Next: 'Try' },
    Try: {
      ...call({ Parameters: { 'd.$': '$all.d' } }),
      ...{ Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.e', Next: 'End' }], Next: 'End' },
    },
    End: { Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% [$all.d, $n, $states.input.e.Error] %}', End: true },
  };
  const bench = workbench({ functions: { echo: fails } });
  const { output } = await bench.execute({ StartAt: 'Name', States: states }, INPUT);
  expect([output, bench.calls.map(({ payload }) => payload)]).toEqual(['["x",1,"TypeError"]', [{ d: 'x' }]]);
});

test.each<[string, object, string]>([
  ['a path that is no reference path', { Type: 'Pass', InputPath: '$..d' }, '/States/Old/InputPath'],
  ['an intrinsic function', { Type: 'Pass', Parameters: { 'u.$': 'States.UUID()' } }, '/States/Old/Parameters'],
  [
    'ResultSelector at a ResultPath',
    call({ ResultSelector: { 'x.$': '$.d' }, ResultPath: '$.y' }),
    '/States/Old/ResultSelector',
  ],
  ['a path for a number', { Type: 'Wait', SecondsPath: '$.a' }, '/States/Old/SecondsPath'],
])('refused where it says more: %s', (_, state, place) => {
  const { diagnostics } = parseDefinition(JSON.stringify(before(state)));
  expect(diagnostics.map(({ code, location }) => [code, location])).toContainEqual(['JSONPATH_NOT_SUPPORTED', place]);
});

test('refused where no state is in JSONata', () => {
  const { diagnostics } = parseDefinition(
    JSON.stringify({
      StartAt: 'A',
      States: { A: { Type: 'Pass', QueryLanguage: 'JSONPath', InputPath: '$.a', End: true } },
    }),
  );
  expect(diagnostics.map(({ code, location }) => [code, location])).toEqual([
    ['JSONPATH_NOT_SUPPORTED', '/States/A/InputPath'],
  ]);
});
