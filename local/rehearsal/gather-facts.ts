import { type RolloutEvent, readAllEvents } from '../../shared/ledger/events.ts';
import { readRollout } from '../../shared/ledger/rollouts.ts';
import { readStop } from '../../shared/ledger/waves.ts';
import type { Target } from '../../shared/rollout/target.ts';
import type { Judgement } from '../../shared/rollout/verdict.ts';
import { assessHalts, type Halt } from './assess-halts.ts';
import { chooseTargets } from './choose-targets.ts';
import type { PreparedRehearsal } from './prepare-rehearsal.ts';
import type { TrafficRecord } from './record-traffic.ts';
import type { Injected, Rehearsed, RehearsedEvent, RehearsedTarget } from './rehearsed.ts';
import type { Scenario } from './scenario-schema.ts';
import type { Stage } from './stage.ts';
import { writesOf } from './written.ts';

/** What was written down while a scenario ran. */
export interface Noted {
  readonly rollout: string;
  readonly beganAt: number;
  readonly marks: ReadonlyMap<string, number>;
  readonly traffic: ReadonlyMap<string, TrafficRecord>;
  readonly injected: readonly Injected[];
  readonly acted: Rehearsed['acted'];
  readonly missed: Rehearsed['missed'];
  readonly halts: readonly Halt[];
}

/** Reads out of ledger and fleet how a rehearsed rollout went. */
export const gatherFacts = async (
  seed: string,
  scenario: Scenario,
  prepared: PreparedRehearsal,
  stage: Stage,
  { rollout, beganAt, marks, traffic, injected, acted, missed, halts }: Noted,
): Promise<Rehearsed> => {
  const { ledger } = stage.instance().outside;
  const row = await readRollout(ledger, rollout);
  const events = await readAllEvents(ledger, rollout);
  const { waves, targets, image, standIns } = prepared;
  const { behaves, where } = scenario.to;
  const badOn = Object.keys(behaves).length > 0 ? chooseTargets(where, targets, waves) : [];
  const stops: Rehearsed['stops'][number][] = [];
  for (const { name } of row?.release === undefined ? [] : waves) {
    const ref = { rollout, release: row?.release ?? 'sha256:', wave: name, direction: 'forward' } as const;
    const stop = await readStop(ledger, ref);
    if (stop === undefined) continue;
    const { at, because, judged } = stop;
    stops.push({ wave: name, at, because, by: judged === undefined ? ['people'] : [judged.gate, judged.kind] });
  }
  const writes = new Map(
    targets.map(({ name }) => {
      const server = stage.instance().fleet.servers.get(name);
      return [name, server === undefined ? [] : writesOf(server, marks.get(name) ?? 0)] as const;
    }),
  );
  return {
    scenario: scenario.name,
    seed,
    beganAt,
    endedAt: row?.end?.at ?? stage.clock.now(),
    waves,
    badOn: badOn.map(({ name }) => name),
    ...(image === undefined ? {} : { image }),
    outcome: row?.end?.outcome ?? 'running',
    because: row?.end?.because ?? `not ended after ${scenario.ends}: ${events.at(-1)?.text ?? 'nothing has happened'}`,
    events: events.map(eventOf),
    injected,
    acted,
    missed: [
      ...missed,
      ...assessHalts(halts, new Map([...writes].map(([name, made]) => [name, made.map(({ at }) => at)]))),
    ],
    told: stage.told.filter(({ at }) => at >= beganAt),
    targets: targets.map((target) => standingOf(target, prepared, stage, writes.get(target.name) ?? [], traffic)),
    stops,
    gates: standIns.gates,
    leftOut: standIns.leftOut,
  };
};

const eventOf = ({ at, kind, text, wave, target, details }: RolloutEvent): RehearsedEvent => {
  const judged = kind === 'verdict' || kind === 'stop' ? (details as Partial<Judgement> | undefined) : undefined;
  const outcome = kind === 'deployment' ? / (deployed|failed|stopped|lost|is back)\b/.exec(text)?.[1] : undefined;
  return {
    ...{ at, kind, text },
    ...(wave === undefined ? {} : { wave }),
    ...(target === undefined ? {} : { target }),
    ...(judged?.gate === undefined ? {} : { gate: judged.gate }),
    ...(judged?.kind === undefined ? {} : { gateKind: judged.kind }),
    ...(judged?.verdict === undefined ? {} : { verdict: judged.verdict }),
    ...(outcome === undefined ? {} : { outcome }),
  };
};

const standingOf = (
  { name }: Target,
  { waves, image }: PreparedRehearsal,
  stage: Stage,
  writes: readonly { readonly at: number }[],
  traffic: ReadonlyMap<string, TrafficRecord>,
): RehearsedTarget => {
  const wave = waves.find(({ targets }) => targets.includes(name))?.name;
  const { calls, failed, ...out } = traffic.get(name) ?? { calls: 0, failed: 0, outMs: 0 };
  const [first] = writes;
  return {
    name,
    ...(wave === undefined ? {} : { wave }),
    writes: writes.length,
    ...(first === undefined ? {} : { firstWriteAt: first.at }),
    runs: runningOn(stage.instance().fleet.servers.get(name)?.pods() ?? [], image),
    calls: Math.round(calls),
    failed: Math.max(0, Math.round(failed)),
    ...out,
  };
};

const runningOn = (
  pods: readonly { readonly ready: boolean; readonly images: readonly string[] }[],
  image: PreparedRehearsal['image'],
): RehearsedTarget['runs'] => {
  const images = new Set(pods.filter(({ ready }) => ready).flatMap((pod) => pod.images));
  if (images.size === 0) return 'nothing';
  if (image === undefined) return 'other';
  const [isNew, isOld] = [images.has(image.after), images.has(image.before)];
  if (isNew && isOld) return 'both';
  return isNew ? 'new' : isOld ? 'before' : 'other';
};
