import { existsSync, readFileSync } from 'node:fs';
import { TestStateCommand, type TestStateCommandInput } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { type Handler, HandlerFailure } from './open-engine.ts';
import { ROLE, workbench } from './workbench.ts';

interface Case {
  readonly name: string;
  readonly api: string;
  readonly ordered: boolean;
  readonly definition: string;
  readonly input: string;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly lambdas?: Readonly<
    Record<string, { readonly kind: string; readonly errorType: string; readonly errorMessage: string }>
  >;
  readonly expect: {
    readonly status: string;
    readonly output?: unknown;
    readonly error?: string;
    readonly cause?: string;
    readonly eventTypes: readonly string[];
    readonly inspectionData?: Readonly<Record<string, unknown>>;
    readonly history: readonly Readonly<Record<string, unknown>>[];
  };
}

const FILE = new URL('../../../shared/corpus/step-functions/cases.json', import.meta.url);

const casesOf = (): readonly Case[] => {
  if (!existsSync(FILE)) {
    if (process.env.CI === 'true') throw new Error('corpus: ../shared/corpus/step-functions is missing');
    return [];
  }
  const file: { readonly cases: readonly Case[] } = JSON.parse(readFileSync(FILE, 'utf8'));
  return file.cases;
};

const handlerOf = ({ kind, errorType, errorMessage }: NonNullable<Case['lambdas']>[string]): Handler => {
  if (kind === 'raise') {
    return () => {
      throw new HandlerFailure(errorType, errorMessage);
    };
  }
  return (payload) => payload;
};

/** Recorded values that depend on the recording: placeholders, and what the function's own runtime wrote. */
const VARIES = ['Content-Length', 'stackTrace', 'requestId', 'cause', 'Cause'];

/** Recorded text with its placeholders (`<any>`, `<uuid:1>`) standing for anything. */
const patternOf = (recorded: string): RegExp => {
  const literal = (part: string) => part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(
    `^${recorded
      .split(/<[a-z]+(?::\d+)?>/)
      .map(literal)
      .join('.*')}$`,
    's',
  );
};

/** `actual` cut down to what was recorded, with the recorded text where anything goes. */
const asRecorded = (recorded: unknown, actual: unknown, key = ''): unknown => {
  if (typeof recorded === 'string') {
    if (recorded === key || recorded === '<any>') return actual === undefined ? actual : recorded;
    return typeof actual === 'string' && patternOf(recorded).test(actual) ? recorded : actual;
  }
  if (typeof recorded === 'object' && recorded !== null && typeof actual === 'string' && actual !== '') {
    return asRecorded(recorded, JSON.parse(actual), key);
  }
  if (Array.isArray(recorded) && Array.isArray(actual))
    return actual.map((value, at) => asRecorded(recorded[at], value, key));
  if (typeof recorded !== 'object' || recorded === null || typeof actual !== 'object' || actual === null) return actual;
  const members = actual as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(recorded).map(([name, value]) => [name, asRecorded(value, members[name], name)] as const),
  );
};

/** A cause written by the function's runtime (Python's stack trace) is compared by its message only. */
const withoutRuntime = (value: unknown): unknown => {
  if (typeof value === 'string' && value.includes('errorMessage')) return JSON.parse(value).errorMessage;
  if (Array.isArray(value)) return value.map(withoutRuntime);
  if (typeof value !== 'object' || value === null) return value;
  if ('errorMessage' in value) return value.errorMessage;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'Content-Length')
      .map(([name, member]) => {
        const nested = Array.isArray(member) || typeof member === 'object' || VARIES.includes(name);
        return [name, nested ? withoutRuntime(member) : member];
      }),
  );
};

const cases = casesOf();
const executed = cases.filter(({ api }) => api === 'StartExecution');

describe.skipIf(cases.length === 0)(cases.length === 0 ? 'skipped: no corpus' : 'answers of AWS', () => {
  test.each(executed)('$name', async ({ definition, input, lambdas = {}, ordered, expect: recorded }) => {
    const functions = Object.fromEntries(Object.entries(lambdas).map(([name, lambda]) => [name, handlerOf(lambda)]));
    const bench = workbench({ functions });
    const { executionArn = '', ...described } = await bench.execute(definition, JSON.parse(input));
    const events = await bench.history(executionArn);
    const types = events.map(({ type }) => type ?? '');
    const outcome = {
      status: described.status,
      output: described.output,
      error: described.error,
      cause: described.cause,
    };
    const expected = { status: recorded.status, output: recorded.output, error: recorded.error, cause: recorded.cause };

    expect(withoutRuntime(asRecorded(expected, outcome))).toEqual(withoutRuntime(expected));
    expect(ordered ? types : types.toSorted()).toEqual(ordered ? recorded.eventTypes : recorded.eventTypes.toSorted());
    expect(withoutRuntime(asRecorded(recorded.history, events))).toEqual(withoutRuntime(recorded.history));
  });

  test.each(cases.filter(({ api }) => api === 'TestState'))(
    '$name',
    async ({ definition, input, request, expect: recorded }) => {
      const command = { ...request, definition, input, roleArn: ROLE } as TestStateCommandInput;
      const { $metadata: _, ...answer } = await workbench().client.send(new TestStateCommand(command));
      expect(asRecorded(recorded, answer)).toEqual(recorded);
      expect(Object.keys(answer).toSorted()).toEqual(Object.keys(recorded).toSorted());
      expect(Object.keys(answer.inspectionData ?? {}).toSorted()).toEqual(
        Object.keys(recorded.inspectionData ?? {}).toSorted(),
      );
    },
  );
});
