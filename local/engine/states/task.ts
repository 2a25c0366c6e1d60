import { placeOf } from '../arn.ts';
import type { TaskState } from '../definition.ts';
import type { Draft } from '../draft.ts';
import type { Frame, TaskActivity } from '../execution.ts';
import { type FailureDetail, STATES, StateFailure } from '../failure.ts';
import { leave, limitPayload, payload } from '../flow.ts';
import { uuid } from '../given.ts';
import {
  awaitsToken,
  type Integration,
  integrationOf,
  KNOWN_RESOURCES,
  type TaskEvent,
  taskEvent,
} from '../integrations.ts';
import { byteLength, isObject, type Json, type JsonObject, jsonText, PAYLOAD_LIMIT } from '../json.ts';
import { scopeOf } from '../scope.ts';
import { evaluateCount, evaluateTemplate, type Scope } from '../template.ts';
import { newToken } from '../token.ts';

const write = (draft: Draft, id: number, state: TaskState, event: TaskEvent, fields: JsonObject): void => {
  const { type, details } = taskEvent(state.Resource, event, fields);
  draft.event(id, type, details);
};

const integrated = (state: TaskState): Integration => {
  const integration = integrationOf(state.Resource);
  if (integration) return integration;
  throw new StateFailure({
    error: STATES.runtime,
    cause: `The resource '${state.Resource}' is not run by this engine; it runs Lambda function ARNs and ${KNOWN_RESOURCES.join(', ')}.`,
  });
};

const REQUIRED = { lambda: 'FunctionName', execution: 'StateMachineArn' } as const;

const argumentsOf = async (
  draft: Draft,
  frame: Frame,
  state: TaskState,
  integration: Integration,
  scope: Scope,
): Promise<Json> => {
  const given =
    state.Arguments === undefined
      ? frame.input
      : await evaluateTemplate(draft.given, state.Arguments, 'Arguments', scope);
  limitPayload(frame.state, given);
  if (integration.kind === 'function') return given;
  const required = REQUIRED[integration.kind];
  if (!isObject(given) || typeof given[required] !== 'string') {
    throw new StateFailure({
      error: STATES.runtime,
      cause: `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.entered?.event ?? 0}). The Arguments of '${state.Resource}' must hold the string '${required}'.`,
    });
  }
  return given;
};

const seconds = async (draft: Draft, state: TaskState, field: 'TimeoutSeconds' | 'HeartbeatSeconds', scope: Scope) => {
  const template = state[field];
  if (template === undefined) return undefined;
  return evaluateCount(draft.given, template, field, scope, 1);
};

/**
 * Begins an attempt: its arguments, token, limits and attempt id are fixed here and stored, so that a restart repeats the call
 * and not the evaluation.
 */
export const enterTask = async (draft: Draft, frame: Frame, state: TaskState): Promise<void> => {
  const integration = integrated(state);
  const { given } = draft;
  const token = awaitsToken(integration) ? newToken(given.random) : undefined;
  const scope = scopeOf(draft, frame, { ...(token !== undefined && { token }) });
  const timeout = await seconds(draft, state, 'TimeoutSeconds', scope);
  const heartbeat = await seconds(draft, state, 'HeartbeatSeconds', scope);
  const args = await argumentsOf(draft, frame, state, integration, scope);
  write(draft, frame.id, state, 'Scheduled', {
    ...(integration.kind === 'function'
      ? { resource: state.Resource, ...payload('input', args) }
      : { region: placeOf(draft.execution.arn).region, parameters: jsonText(args) }),
    ...(timeout !== undefined && { timeoutInSeconds: timeout }),
    ...(heartbeat !== undefined && integration.kind !== 'function' && { heartbeatInSeconds: heartbeat }),
  });
  write(draft, frame.id, state, 'Started', {});
  const attempt = uuid(given.random);
  const named = integration.kind === 'execution' && isObject(args) && args.Name === undefined;
  const doing: TaskActivity = {
    kind: 'task',
    attempt,
    phase: 'calling',
    // A child execution without a name gets it now: a repeated start then finds the first one.
    arguments: named ? { ...args, Name: uuid(given.random) } : args,
    ...(token !== undefined && { token }),
    ...(timeout !== undefined && { timeoutAt: given.now + timeout * 1000 }),
    ...(heartbeat !== undefined && { heartbeatAt: given.now + heartbeat * 1000, heartbeatMs: heartbeat * 1000 }),
  };
  draft.update(frame.id, { doing });
  if (token !== undefined) draft.openToken(token, frame.id, attempt);
};

/** The call came back, and a child execution or a token is waited for. */
export const taskSubmitted = (draft: Draft, frame: Frame, state: TaskState, output: Json, child?: string): void => {
  if (frame.doing.kind !== 'task') return;
  write(draft, frame.id, state, 'Submitted', payload('output', output));
  draft.update(frame.id, { doing: { ...frame.doing, phase: 'waiting', ...(child !== undefined && { child }) } });
};

/** The result is here. One that passes the payload limit fails the attempt. */
export const taskSucceeded = async (draft: Draft, frame: Frame, state: TaskState, result: Json): Promise<void> => {
  if (byteLength(jsonText(result)) > PAYLOAD_LIMIT) {
    return taskFailed(draft, frame, state, {
      error: STATES.dataLimit,
      cause: `The state/task '${state.Resource}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
  }
  write(draft, frame.id, state, 'Succeeded', payload('output', result));
  draft.abandon(frame.id, 'closed');
  await leave(draft, frame.id, { ...state, next: state.Next, otherwise: result, extras: { result } });
};

/** The attempt failed: Retry and Catch decide. */
export const taskFailed = (draft: Draft, frame: Frame, state: TaskState, detail: FailureDetail): never => {
  const { error, cause } = detail;
  write(draft, frame.id, state, 'Failed', {
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  });
  throw new StateFailure({ error, cause });
};

/** TimeoutSeconds passed, or no heartbeat came for HeartbeatSeconds. A late answer to the attempt finds it gone. */
export const taskTimedOut = (draft: Draft, frame: Frame, state: TaskState, heartbeat: boolean): never => {
  write(draft, frame.id, state, 'TimedOut', { error: STATES.timeout });
  draft.abandon(frame.id, 'expired');
  draft.update(frame.id, { doing: { kind: 'ready' } });
  throw new StateFailure({ error: STATES.timeout, heartbeat });
};

/** Puts the next expected heartbeat off; writes no event. */
export const taskBeat = (draft: Draft, frame: Frame): void => {
  if (frame.doing.kind !== 'task' || frame.doing.heartbeatMs === undefined) return;
  draft.update(frame.id, { doing: { ...frame.doing, heartbeatAt: draft.given.now + frame.doing.heartbeatMs } });
};
