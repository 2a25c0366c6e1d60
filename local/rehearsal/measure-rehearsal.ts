import type { Rehearsed, RehearsedEvent } from './rehearsed.ts';

/** What a rehearsal took and cost. Times are milliseconds. */
export interface RehearsalMeasures {
  /** When something was first wrong: a fault, or the first write of a version that is bad. Absent: nothing was. */
  readonly troubleAt?: number;
  /** What noticed it first, and how long after. */
  readonly noticed?: { readonly at: number; readonly afterMs: number; readonly by: string };
  /**
   * From the trouble, or from when people stopped it, until every target served well again and what went back was back. Absent: nothing was out and
   * nothing went back, or some are `notWell`.
   */
  readonly restoredAfterMs?: number;
  /** Targets that were out when it ended, or had not gone back by then though they were to. */
  readonly notWell: readonly string[];
  readonly touched: readonly string[];
  readonly untouched: readonly string[];
  /** Touched, and what ran before runs again. */
  readonly back: readonly string[];
  readonly calls: number;
  readonly failed: number;
  /** Targets that were out, and the longest. */
  readonly out: readonly string[];
  readonly longestOutMs: number;
}

/** Works a rehearsal's measures out of its facts. Pure. */
export const measureRehearsal = (rehearsed: Rehearsed): RehearsalMeasures => {
  const { targets, outcome, endedAt, events } = rehearsed;
  const troubleAt = troubleOf(rehearsed);
  const noticed = troubleAt === undefined ? undefined : noticedOf(rehearsed, troubleAt);
  const touched = targets.filter(({ writes }) => writes > 0);
  const out = targets.filter(({ outMs }) => outMs > 0);
  const wentBack = ['rolled_back', 'failed', 'aborted'].includes(outcome) && touched.length > 0;
  const since = troubleAt ?? events.find(({ kind }) => kind === 'stop')?.at;
  const isLeft = ({ writes, runs }: Rehearsed['targets'][number]): boolean =>
    ['failed', 'aborted', 'running'].includes(outcome) && since !== undefined && writes > 0 && runs !== 'before';
  const notWell = targets.filter((target) => target.isOut === true || isLeft(target)).map(({ name }) => name);
  const lastOut = Math.max(...out.map(({ lastOutAt = 0 }) => lastOutAt), wentBack ? endedAt : 0);
  return {
    ...(troubleAt === undefined ? {} : { troubleAt }),
    ...(noticed === undefined ? {} : { noticed }),
    ...(since === undefined || lastOut === 0 || notWell.length > 0
      ? {}
      : { restoredAfterMs: Math.max(0, lastOut - since) }),
    notWell,
    touched: touched.map(({ name }) => name),
    untouched: targets.filter(({ writes }) => writes === 0).map(({ name }) => name),
    back: touched.filter(({ runs }) => runs === 'before').map(({ name }) => name),
    calls: targets.reduce((sum, { calls }) => sum + calls, 0),
    failed: targets.reduce((sum, { failed }) => sum + failed, 0),
    out: out.map(({ name }) => name),
    longestOutMs: Math.max(0, ...out.map(({ outMs }) => outMs)),
  };
};

const troubleOf = ({ injected, badOn, targets, beganAt }: Rehearsed): number | undefined => {
  const bad = new Set(badOn);
  const writes = targets.flatMap(({ name, firstWriteAt }) => (bad.has(name) ? (firstWriteAt ?? []) : []));
  const isWritten = targets.some(({ firstWriteAt }) => firstWriteAt !== undefined);
  const begins = [
    ...injected.map(({ at }) => at),
    ...writes,
    // Refused before anything was written.
    ...(bad.size > 0 && !isWritten ? [beganAt] : []),
  ];
  return begins.length === 0 ? undefined : Math.min(...begins);
};

const noticedOf = ({ events, told }: Rehearsed, since: number): RehearsalMeasures['noticed'] => {
  const seen = [
    ...events.flatMap((event) => {
      const by = noticedBy(event);
      // Of one moment, what led to the end of the wave says more than that.
      return by === undefined ? [] : [{ at: event.at, by, isWave: event.kind === 'wave' }];
    }),
    // That somebody is asked to approve is no sign of trouble.
    ...told
      .filter(({ text }) => !/ waits for /.test(text))
      .map(({ at }) => ({ at, by: 'a message to people', isWave: true })),
  ].filter(({ at }) => at >= since);
  const [first] = seen.toSorted((a, b) => a.at - b.at || Number(a.isWave) - Number(b.isWave));
  return first === undefined ? undefined : { at: first.at, by: first.by, afterMs: first.at - since };
};

/** What an event says has noticed something; nothing for what goes well. */
const noticedBy = ({
  kind,
  text,
  gate,
  gateKind,
  verdict,
  outcome,
  wave,
  target,
}: RehearsedEvent): string | undefined => {
  const where = target === undefined ? (wave === undefined ? '' : ` in ${wave}`) : ` on ${target}`;
  if (kind === 'stop') return gate === undefined ? `people${where}` : `gate ${gate} (${gateKind})${where}`;
  if (kind === 'verdict' && (verdict === 'fail' || verdict === 'error')) return `gate ${gate} (${gateKind})${where}`;
  if (kind === 'deployment' && ['failed', 'lost', 'stopped'].includes(outcome ?? '')) return `the deployment${where}`;
  if (kind === 'held') return `what holds ${wave ?? 'the rollout'}`;
  if (kind === 'planned' && /not reachable|refused/.test(text)) return `the plan${where}`;
  if (kind === 'wave' && / (failed|refused|aborted|stuck|held): /.test(text)) return `wave ${wave}`;
  return undefined;
};
