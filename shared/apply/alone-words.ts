import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { ComparedObject } from './compare-object.ts';
import type { ObjectFailure } from './refusals.ts';
import type { Settled } from './settled/settled-rules.ts';
import { joinWarnings } from './warnings.ts';

/** What became of one object of a set that is applied by itself. */
export type AloneAction =
  | 'created'
  | 'changed'
  | 'unchanged'
  | 'migrated'
  | 'recreated'
  | 'pruned'
  | 'conflict'
  | 'refused'
  | 'failed'
  | 'skipped';

/** One object as it ended. */
export interface AloneLine {
  readonly identity: ObjectId;
  readonly action: AloneAction;
  /** Why, or what; empty where the action says all. */
  readonly reason: string;
  /** Where it was waited for. */
  readonly status?: Settled['status'];
  /** What the API server warned of, each once; absent where it did not. */
  readonly warnings?: readonly string[];
}

/** How many objects ended how. Every action stands in it. */
export type AloneSummary = Readonly<Record<AloneAction | 'notReady', number>>;

const actions: readonly AloneAction[] = [
  'created',
  'changed',
  'unchanged',
  'migrated',
  'recreated',
  'pruned',
  'conflict',
  'refused',
  'failed',
  'skipped',
];
const bad: readonly AloneAction[] = ['conflict', 'refused', 'failed', 'skipped'];

export const summarise = (lines: readonly AloneLine[]): AloneSummary => {
  const counts = Object.fromEntries(
    actions.map((action) => [action, lines.filter((line) => line.action === action).length]),
  ) as Record<AloneAction, number>;
  return { ...counts, notReady: lines.filter(({ status }) => status !== undefined && status !== 'ready').length };
};

/** Whether everything is as it was asked for, and ready where that was waited for. */
export const isGood = (summary: AloneSummary): boolean =>
  summary.notReady === 0 && bad.every((action) => summary[action] === 0);

/** The line of an object that was applied, or in a dry run would be. `warnings`: of the write, beside those of the dry run. */
export const appliedLine = (object: ComparedObject, warnings: readonly string[] = []): AloneLine => {
  const { id, action, fields } = object;
  const paths = brief(fields.map(({ path }) => path || '/').join(', '));
  const reason = action === 'create' || action === 'unchanged' ? '' : paths;
  const warned = joinWarnings(object.warnings, warnings);
  return { identity: id, action: ended[action], reason, ...(warned.length === 0 ? {} : { warnings: warned }) };
};

const ended = {
  create: 'created',
  change: 'changed',
  migrate: 'migrated',
  recreate: 'recreated',
  unchanged: 'unchanged',
} as const satisfies Record<ComparedObject['action'], AloneAction>;

/**
 * The line of an object that was not: `conflict` where another manager owns a field, `failed` where server or network were in
 * trouble or it did not become ready, `skipped` where it needs one that did not succeed or its turn to restart never came, else `refused`.
 * `source` is where the object was written.
 */
export const refusedLine = (
  identity: ObjectId,
  { code, because }: Pick<ObjectFailure, 'because' | 'code'>,
  source?: string,
): AloneLine => ({
  identity,
  action: actionsOf[code] ?? 'refused',
  reason: source === undefined || because.startsWith(source) ? because : `${source}: ${because}`,
});

const actionsOf: Partial<Record<ObjectFailure['code'], AloneAction>> = {
  FIELD_CONFLICT: 'conflict',
  BUSY: 'failed',
  NOT_SETTLED: 'failed',
  JOB_FAILED: 'failed',
  SKIPPED: 'skipped',
  HELD: 'skipped',
};
