import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import aslValidator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadDefinition } from '../../local/engine/load.ts';
import { root } from './serverless.ts';

const machines = readdirSync(join(root, 'statemachines')).map((file) => file.replace('.yml', ''));
const textOf = (machine: string): string => readFileSync(join(root, 'statemachines', `${machine}.yml`), 'utf8');
const deployed = {
  functionArn: (key: string) => `arn:aws:lambda:us-east-1:111111111111:function:tidegate-ci-${key}`,
  stateMachineArn: (key: string) => `arn:aws:states:us-east-1:111111111111:stateMachine:${key}`,
};

interface Task {
  readonly name: string;
  readonly key: string;
  readonly seconds: number;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The Task states that invoke a function, at any depth, in their order. */
const tasksIn = (value: unknown, name = ''): readonly Task[] => {
  if (Array.isArray(value)) return value.flatMap((inner) => tasksIn(inner));
  if (!isRecord(value)) return [];
  const { Arguments, TimeoutSeconds } = value;
  const named =
    isRecord(Arguments) && isRecord(Arguments.FunctionName) ? Arguments.FunctionName['Fn::GetAtt'] : undefined;
  const own = Array.isArray(named) ? [{ name, key: String(named[0]), seconds: Number(TimeoutSeconds) }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, inner]) => tasksIn(inner, key))];
};

const functions: Readonly<Record<string, { readonly timeout: number }>> = parse(
  readFileSync(join(root, 'serverless.yml'), 'utf8'),
  { merge: true },
).functions;

describe.each(machines)('%s', (machine) => {
  it('is a state machine by the language of Amazon States', () => {
    const { isValid, errorsText } = aslValidator(JSON.parse(loadDefinition(textOf(machine), deployed)));
    expect(isValid ? '' : errorsText()).toBe('');
  });

  const tasks = tasksIn(parse(textOf(machine)));

  it('calls each function from the state of its name', () => {
    expect(tasks.length).toBeGreaterThan(2);
    expect(tasks.map(({ name }) => name)).toEqual(tasks.map(({ key }) => `${key[0]?.toUpperCase()}${key.slice(1)}`));
  });

  it('waits for a function longer than that runs, so that it is the function that says why', () => {
    const short = tasks.filter(({ key, seconds }) => seconds <= (functions[key]?.timeout ?? Number.POSITIVE_INFINITY));
    expect(short).toEqual([]);
  });
});
