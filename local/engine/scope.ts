import { machineNameOf } from './arn.ts';
import type { Draft } from './draft.ts';
import type { Frame, MapItem } from './execution.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Scope } from './template.ts';

/** ISO 8601; AWS leaves a fraction of zero out. */
const timestamp = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

const lineage = (draft: Draft, frame: Frame): readonly Frame[] => {
  const line = [frame];
  for (let at = frame; at.parent !== undefined; ) {
    at = draft.frame(at.parent);
    line.unshift(at);
  }
  return line;
};

/** `over` in the place of what `own` says of the same, part by part. */
const laidOver = (own: JsonObject, over: JsonObject): JsonObject => {
  const parts = Object.entries(over).map(([part, value]) => {
    const under = own[part];
    return [part, isObject(value) && isObject(under) ? { ...under, ...value } : value] as const;
  });
  return { ...own, ...Object.fromEntries(parts) };
};

/** The Context object (`$states.context`) in a state of `frame`; `token` inside a `.waitForTaskToken` task. */
const contextOf = (draft: Draft, frame: Frame, token?: string, item?: MapItem): JsonObject => {
  const { execution } = draft;
  const nearest = item ?? lineage(draft, frame).findLast((at) => at.item)?.item;
  const own: JsonObject = {
    Execution: {
      Id: execution.arn,
      Input: execution.input,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: timestamp(execution.startedAt),
      ...(execution.redrives > 0 && { RedriveCount: execution.redrives }),
      ...(execution.redrivenAt !== undefined && { RedriveTime: timestamp(execution.redrivenAt) }),
    },
    StateMachine: { Id: execution.machineArn, Name: machineNameOf(execution.machineArn) },
    State: {
      Name: frame.state,
      EnteredTime: timestamp(frame.entered?.at ?? draft.given.now),
      RetryCount: frame.retryCount,
    },
    ...(token !== undefined && { Task: { Token: token } }),
    ...(nearest && { Map: { Item: { ...nearest } } }),
  };
  return execution.context ? laidOver(own, execution.context) : own;
};

export interface ScopeExtras {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly token?: string;
  readonly item?: MapItem;
}

/** What expressions in the state of `frame` can name: variables of this scope over those of the outer ones, and `$states`. */
export const scopeOf = (draft: Draft, frame: Frame, extras: ScopeExtras = {}): Scope => {
  const { token, item, ...shown } = extras;
  return {
    ...Object.assign({}, ...lineage(draft, frame).map((at) => at.variables)),
    states: { input: frame.input, context: contextOf(draft, frame, token, item), ...shown },
  };
};
