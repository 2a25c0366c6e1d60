import { durationMs } from '../../shared/fleet/duration.ts';
import type { Target } from '../../shared/rollout/target.ts';
import { chooseTargets, waveOf } from './choose-targets.ts';
import { measureRehearsal } from './measure-rehearsal.ts';
import type { Rehearsed } from './rehearsed.ts';
import { sayMs } from './say-ms.ts';
import type { Scenario } from './scenario-schema.ts';

/** One thing that was to come true. */
export interface Expectation {
  readonly expected: string;
  readonly held: boolean;
  /** What came. */
  readonly came: string;
}

/**
 * Holds a rehearsal to what its scenario expects, each expectation by itself. The outcome is always one: of a version that is bad `rolled_back` where
 * nothing is said, else `succeeded`. That what the scenario lets happen did not happen is one that did not come true. Pure.
 */
export const assessExpectations = (
  { expect, to }: Pick<Scenario, 'expect' | 'to'>,
  rehearsed: Rehearsed,
  targets: readonly Target[],
): readonly Expectation[] => {
  const { beganAt, endedAt, because, waves, stops, events, told } = rehearsed;
  const measures = measureRehearsal(rehearsed);
  const outcomes = [expect.outcome ?? (Object.keys(to.behaves).length > 0 ? 'rolled_back' : 'succeeded')].flat();
  const named = (reference: Parameters<typeof chooseTargets>[0]) => {
    const names = new Set(chooseTargets(reference, targets, waves).map(({ name }) => name));
    return rehearsed.targets.filter(({ name }) => names.has(name));
  };
  const list: Expectation[] = [
    {
      expected: `it ends ${outcomes.join(' or ')}`,
      held: outcomes.some((each) => each === rehearsed.outcome),
      came: `${rehearsed.outcome}: ${because}`,
    },
  ];
  const expectWithin = (what: string, limit: string | undefined, ms: number | undefined, never: string) => {
    if (limit === undefined) return;
    const held = ms !== undefined && ms <= durationMs(limit);
    list.push({ expected: `${what} within ${limit}`, held, came: ms === undefined ? never : `after ${sayMs(ms)}` });
  };
  expectWithin(
    'it has ended',
    expect.within,
    rehearsed.outcome === 'running' ? undefined : endedAt - beganAt,
    'it has not ended',
  );
  if (expect.stoppedBy !== undefined) {
    const by = stoppedBy(rehearsed);
    const came = by.length === 0 ? 'nothing stopped it' : by.join(', ');
    list.push({
      expected: `it is stopped by ${expect.stoppedBy.join(' or ')}`,
      held: by.some((each) => expect.stoppedBy?.includes(each)),
      came,
    });
  }
  if (expect.stoppedIn !== undefined) {
    const wave = waveOf(expect.stoppedIn, waves)?.name;
    // An abort stops all waves; the one that was under way says so itself.
    const stopped =
      events.find(({ kind, text }) => kind === 'wave' && / (failed|refused|aborted): /.test(text))?.wave ??
      stops[0]?.wave;
    list.push({
      expected: `it is stopped in ${wave ?? expect.stoppedIn}`,
      held: stopped !== undefined && stopped === wave,
      came: stopped ?? 'in no wave',
    });
  }
  expectWithin('it is noticed', expect.noticedWithin, measures.noticed?.afterMs, 'nothing noticed it');
  const { notWell } = measures;
  expectWithin(
    'all is well again',
    expect.restoredWithin,
    notWell.length > 0 ? undefined : (measures.restoredAfterMs ?? 0),
    `in the end not: ${notWell.join(', ')}`,
  );
  if (expect.untouched !== undefined) {
    const written = named(expect.untouched).filter(({ writes }) => writes > 0);
    list.push(ofTargets('nothing is written to', named(expect.untouched), written, 'written'));
  }
  if (expect.changed !== undefined) {
    // Private targets follow by a rollout of their own.
    const meant = named(expect.changed).filter(({ wave }) => wave !== undefined);
    const not = meant.filter(({ runs }) => runs !== 'new');
    list.push(ofTargets('the new version runs on', meant, not, 'without it'));
  }
  if (expect.failedCalls !== undefined) {
    const most = expect.failedCalls;
    const worst = worstOf(rehearsed, ({ failed }) => failed);
    list.push({
      expected: `at most ${most} failed calls on a target`,
      held: worst.value <= most,
      came: worst.value === 0 ? 'none' : `${worst.value} on ${worst.name}`,
    });
  }
  if (expect.outage !== undefined) {
    const most = expect.outage === 0 ? 0 : durationMs(expect.outage);
    const worst = worstOf(rehearsed, ({ outMs }) => outMs);
    const expected = most === 0 ? 'no target is out' : `no target is out for more than ${sayMs(most)}`;
    list.push({
      expected,
      held: worst.value <= most,
      came: worst.value === 0 ? 'none was' : `${worst.name} for ${sayMs(worst.value)}`,
    });
  }
  for (const text of expect.told ?? []) {
    const found = told.find((message) => message.text.includes(text));
    const came =
      found?.text ?? (told.length === 0 ? 'nobody was told anything' : told.map((message) => message.text).join('; '));
    list.push({ expected: `people are told of ${JSON.stringify(text)}`, held: found !== undefined, came });
  }
  for (const text of expect.happens ?? []) {
    const found = events.find((event) => event.text.includes(text));
    list.push({
      expected: `the history says ${JSON.stringify(text)}`,
      held: found !== undefined,
      came: found?.text ?? 'it does not',
    });
  }
  return [...list, ...rehearsed.missed.map((one) => ({ ...one, held: false }))];
};

const ofTargets = (
  what: string,
  meant: readonly { readonly name: string }[],
  odd: readonly { readonly name: string }[],
  word: string,
): Expectation => ({
  expected: `${what} ${meant.length} ${meant.length === 1 ? 'target' : 'targets'}`,
  // Of no target nothing can come true: the scenario meant others.
  held: meant.length > 0 && odd.length === 0,
  came:
    meant.length === 0
      ? 'there is no such target'
      : odd.length === 0
        ? 'so it is'
        : `${word}: ${odd.map(({ name }) => name).join(', ')}`,
});

/** Names and kinds of the gates that stopped it, and other words for what did. */
const stoppedBy = ({ stops, events, outcome }: Rehearsed): readonly string[] => {
  const lost = events.some(({ kind, outcome: how }) => kind === 'deployment' && (how === 'failed' || how === 'lost'));
  const waves = events.filter(({ kind, text }) => kind === 'wave' && / (failed|refused|aborted): /.test(text));
  const isRejected = waves.some(({ text }) => /rejected|not approved|nobody (decided|approved)|approval/.test(text));
  const [stopped] = waves;
  // What a gate said of another wave did not end this one.
  const failed = events.filter(
    ({ kind, verdict, wave }) =>
      kind === 'verdict' && verdict !== 'pass' && verdict !== undefined && wave === stopped?.wave,
  );
  // Gates that held a wave and were lifted later stopped nothing.
  const byGates =
    stops.length === 0 && waves.length > 0 ? failed.flatMap(({ gate, gateKind }) => [gate ?? '', gateKind ?? '']) : [];
  return [
    ...new Set([
      ...stops.flatMap(({ by }) => by),
      ...byGates.filter((word) => word !== ''),
      ...(lost && waves.length > 0 ? ['deployment'] : []),
      ...(isRejected ? ['approval'] : []),
      ...(outcome === 'refused' || waves.some(({ text }) => / refused: /.test(text)) ? ['plan'] : []),
    ]),
  ];
};

const worstOf = (
  { targets }: Rehearsed,
  measure: (target: Rehearsed['targets'][number]) => number,
): { readonly name: string; readonly value: number } =>
  targets.reduce(
    (worst, target) => (measure(target) > worst.value ? { name: target.name, value: measure(target) } : worst),
    { name: '', value: 0 },
  );
