import { expect, test } from 'vitest';
import { loadDefinition } from '../../local/engine/load.ts';

const references = {
  functionArn: (key: string) => `arn:function:${key}`,
  stateMachineArn: (key: string) => `arn:machine:${key}`,
};

test('functions and machines are resolved, the rest stays', () => {
  const text = loadDefinition(
    `
QueryLanguage: JSONata
StartAt: Apply
States:
  Apply:
    Type: Task
    Resource: arn:aws:states:::lambda:invoke
    Arguments: { FunctionName: { Fn::GetAtt: [applyManifests, Arn] }, Payload: '{% $states.input %}' }
    Next: Wave
  Wave: { Type: Task, Resource: 'arn:aws:states:::states:startExecution.sync:2', Arguments: { StateMachineArn: { Ref: WaveStateMachine } }, End: true }
`,
    references,
  );
  expect(JSON.parse(text)).toEqual({
    QueryLanguage: 'JSONata',
    StartAt: 'Apply',
    States: {
      Apply: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'arn:function:applyManifests', Payload: '{% $states.input %}' },
        Next: 'Wave',
      },
      Wave: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: 'arn:machine:WaveStateMachine' },
        End: true,
      },
    },
  });
});

test.each([
  ['A: { Fn::Sub: x }', 'definition at /A: Fn::Sub is not known here; write Fn::GetAtt or Ref'],
  ['A: { Fn::GetAtt: x.Arn }', 'definition at /A: Fn::GetAtt must be [key of a function, Arn]'],
  ['- 1', 'definition at /: the file must hold an object with StartAt and States'],
])('%j is refused', (yaml, message) => {
  expect(() => loadDefinition(yaml, references)).toThrow(message);
});
