import { durationMs } from '../../shared/fleet/duration.ts';
import { type RolloutEvent, readEvents } from '../../shared/ledger/events.ts';
import { readRollout } from '../../shared/ledger/rollouts.ts';
import { readWave } from '../../shared/ledger/waves.ts';
import type { Random } from '../../shared/outside/random.ts';
import type { Halt } from './assess-halts.ts';
import { chooseTargets } from './choose-targets.ts';
import { faults } from './faults.ts';
import { delayOf, hasCome, type Known } from './moments.ts';
import { act, decideAs } from './people.ts';
import type { PreparedRehearsal } from './prepare-rehearsal.ts';
import type { Injected, Missed } from './rehearsed.ts';
import type { Act, Scenario, ScenarioFault, TargetsReference, When } from './scenario-schema.ts';
import type { Stage } from './stage.ts';
import { writesOf } from './written.ts';

/** Something that waits for its moment. */
interface Due {
  /** What it is, in words. */
  readonly what: string;
  readonly when: When;
  readonly where: TargetsReference;
  begin(): Promise<void>;
}

export interface Conductor {
  /** Begins what comes before the release. */
  before(): Promise<void>;
  /** The rollout has begun that all the rest is about. */
  follow(rollout: string): void;
  /** To be called whenever something was written: begins what has its moment now. Whether the rollout has ended. */
  look(): Promise<boolean>;
  /** Brings faults back that an instance which was killed has taken with it. */
  resume(): Promise<void>;
  readonly injected: readonly Injected[];
  readonly acted: readonly { readonly at: number; readonly text: string }[];
  /** What has not happened by now, or nothing came of. */
  missed(): readonly Missed[];
  readonly halts: readonly Halt[];
}

/** These are in the memory of what simulates the clouds, which is part of the process. */
const endsWithProcess = /^(api|tokens|region)-/;

/** Lets happen to a rollout what a scenario says, each at its moment: faults, and what people do. `marks`: the last request of each target before it. */
export const conduct = (
  scenario: Scenario,
  { targets, waves }: Pick<PreparedRehearsal, 'targets' | 'waves'>,
  stage: Stage,
  marks: ReadonlyMap<string, number>,
  random: Random,
): Conductor => {
  const injected: Injected[] = [];
  const acted: { readonly at: number; readonly text: string }[] = [];
  const note = (text: string) => void acted.push({ at: stage.clock.now(), text });
  const running = new Map<number, ScenarioFault>();
  const asked = decideAs(scenario.people, stage, note);
  let rollout: string | undefined;
  const events: RolloutEvent[] = [];
  let after: string | undefined;

  const inject = async (fault: ScenarioFault): Promise<void> => {
    const on = chooseTargets(fault.where, targets, waves);
    const number = injected.length;
    const names = on.map(({ name }) => name);
    injected.push({ at: stage.clock.now(), fault: fault.fault, targets: names });
    const keep = (change: Partial<Injected>) =>
      injected.splice(number, 1, { ...injectedAt(injected, number), ...change });
    try {
      const end = await faults[fault.fault](fault, on, stage);
      running.set(number, fault);
      if (fault.for === undefined) return;
      stage.clock.after(durationMs(fault.for), () => {
        running.delete(number);
        keep({ until: stage.clock.now() });
        void Promise.resolve(end()).catch((error: unknown) => keep({ failed: sentence(error) }));
      });
    } catch (error) {
      keep({ failed: sentence(error) });
    }
  };

  const refused: Missed[] = [];
  const halts: Halt[] = [];
  const noteHalt = (does: Act['does']): void => {
    const [last] = halts.slice(-1);
    const isHalted = last !== undefined && last.until === undefined;
    if (does === 'halt' && !isHalted) halts.push({ from: stage.clock.now() });
    if (does === 'resume' && isHalted) halts.splice(-1, 1, { ...last, until: stage.clock.now() });
  };
  const due: Due[] = [
    ...scenario.faults.map((fault) => ({
      ...{ what: `fault ${fault.fault}`, when: fault.when, where: fault.where },
      begin: () => inject(fault),
    })),
    ...scenario.people.acts.map((one) => ({
      ...{ what: `somebody's ${one.does}`, when: one.when, where: {} },
      begin: () =>
        act(one, rollout ?? '', waves, stage.instance(), note).then(
          () => noteHalt(one.does),
          (error: unknown) => {
            note(`it is refused: ${sentence(error)}`);
            refused.push({ expected: `somebody's ${one.does} is done`, came: `it is refused: ${sentence(error)}` });
          },
        ),
    })),
  ];
  const delayed = new Set<Due>();
  let isOver = false;

  const known = async (): Promise<Known> => {
    const { ledger } = stage.instance().outside;
    const { release } = rollout === undefined ? {} : ((await readRollout(ledger, rollout)) ?? {});
    const waiting = new Set(due.map(({ when }) => when.event));
    const soaking = new Set<string>();
    const goingBack = new Set<string>();
    for (const { name } of release === undefined || !(waiting.has('soak-begins') || waiting.has('way-back-begins'))
      ? []
      : waves) {
      const ref = { rollout: rollout ?? '', release: release ?? 'sha256:', wave: name } as const;
      if ((await readWave(ledger, { ...ref, direction: 'forward' })).judgingAt !== undefined) soaking.add(name);
      if ((await readWave(ledger, { ...ref, direction: 'back' })).plannedAt !== undefined) goingBack.add(name);
    }
    const written = waiting.has('target-written') ? targets.filter(({ name }) => isWritten(name, stage, marks)) : [];
    return { events, soaking, goingBack, written: new Set(written.map(({ name }) => name)) };
  };

  const beginDue = async (): Promise<void> => {
    if (due.length === 0) return;
    const now = await known();
    for (const one of [...due]) {
      const on = chooseTargets(one.where, targets, waves).map(({ name }) => name);
      if (!hasCome(one.when, now, waves, on)) continue;
      due.splice(due.indexOf(one), 1);
      const delay = delayOf(one.when, random.fraction);
      if (delay === 0) await one.begin();
      else {
        delayed.add(one);
        stage.clock.after(delay, () => {
          // After the end it would be found by nobody.
          if (isOver) return;
          delayed.delete(one);
          void one.begin();
        });
      }
    }
  };

  return {
    injected,
    acted,
    halts,
    before: async () => {
      for (const one of due.filter(({ when }) => when.event === 'before-release')) {
        due.splice(due.indexOf(one), 1);
        await one.begin();
      }
    },
    follow: (begun) => {
      rollout = begun;
    },
    look: async () => {
      if (rollout === undefined) return false;
      const { ledger } = stage.instance().outside;
      for (const { key, event } of await readEvents(ledger, rollout, after)) {
        after = key;
        events.push(event);
      }
      await asked(rollout);
      await beginDue();
      isOver = events.some(({ kind }) => kind === 'ended');
      return isOver;
    },
    resume: async () => {
      for (const fault of running.values()) {
        if (!endsWithProcess.test(fault.fault)) continue;
        await faults[fault.fault](fault, chooseTargets(fault.where, targets, waves), stage);
      }
    },
    missed: () => [
      ...due.map(({ what, when }) => missedAt(what, when, 'that never came')),
      // A moment that chance draws may be one after the end.
      ...[...delayed]
        .filter(({ when }) => when.within === undefined)
        .map(({ what, when }) => missedAt(what, when, 'the rollout had ended before')),
      ...injected.flatMap((one) => missedOf(one) ?? []),
      ...refused,
    ],
  };
};

const missedAt = (what: string, { event, wave, after }: When, came: string): Missed => ({
  expected: `${what}${after === undefined ? ', ' : `, ${after} after `}${event}${wave === undefined ? '' : ` of wave ${wave}`}`,
  came,
});

/** A fault that was begun, and nothing came of it. */
const missedOf = ({ fault, targets, failed }: Injected): Missed | undefined => {
  const came = failed ?? (targets.length === 0 ? 'no target is meant' : undefined);
  return came === undefined ? undefined : { expected: `fault ${fault} is there`, came };
};

const injectedAt = (injected: readonly Injected[], number: number): Injected => {
  const found = injected[number];
  if (found === undefined) throw new RangeError(`there is no fault ${number}`);
  return found;
};

const isWritten = (target: string, stage: Stage, marks: ReadonlyMap<string, number>): boolean => {
  const server = stage.instance().fleet.servers.get(target);
  return server !== undefined && writesOf(server, marks.get(target) ?? 0).length > 0;
};

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));
