import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readOpenApprovals } from '../../shared/approval/rows.ts';
import { durationMs } from '../../shared/fleet/duration.ts';
import { executionName } from '../../shared/intake/event-name.ts';
import { listOpenRollouts, readRollout } from '../../shared/ledger/rollouts.ts';
import type { Evaluate } from '../../shared/render/jsonnet.ts';
import { consoleActions } from '../console-actions.ts';
import type { VirtualTime } from '../virtual/virtual-time.ts';
import { assessExpectations, type Expectation } from './assess-expectations.ts';
import { badness } from './badness.ts';
import { chooseTargets } from './choose-targets.ts';
import { conduct } from './conduct.ts';
import { gatherFacts } from './gather-facts.ts';
import { decide } from './people.ts';
import { type PreparedRehearsal, prepareRehearsal } from './prepare-rehearsal.ts';
import { recordTraffic } from './record-traffic.ts';
import type { Rehearsed } from './rehearsed.ts';
import type { Scenario } from './scenario-schema.ts';
import { openStage, repository, type Stage } from './stage.ts';

/** One scenario over one config. */
export interface Rehearsal {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Path of the config file among them. */
  readonly config: string;
}

/** What a rehearsal is run with: a process in virtual mode, and an empty folder that is nobody else's. */
export interface RehearsalPlace {
  readonly dir: string;
  readonly time: VirtualTime;
  readonly jsonnet: Evaluate;
  readonly readDefinition: (machine: string) => string;
}

const developer = { name: 'Developer', email: 'developer@example.com' };
const owner = { name: 'rehearsal', kind: 'person', roles: 'all' } as const;
const dayMs = 24 * 3_600_000;
const lastMessageMs = 90_000;
const firstMs = 6 * 3_600_000;

/**
 * Runs a scenario from the first version to the end of the rollout of the next one, by the product's own state machines and functions on a
 * simulated fleet. Takes as long as the machine needs, however much virtual time passes. Same process, same seed: same facts. Throws `NotRehearsable`.
 */
export const rehearse = async (
  { scenario, seed, files, config }: Rehearsal,
  place: RehearsalPlace,
): Promise<{ readonly rehearsed: Rehearsed; readonly expectations: readonly Expectation[] }> => {
  const prepared = await prepareRehearsal(scenario, files, config, place.jsonnet);
  const rehearsed = await run(scenario, seed, prepared, place);
  return { rehearsed, expectations: assessExpectations(scenario, rehearsed, prepared.targets) };
};

const run = async (
  scenario: Scenario,
  seed: string,
  prepared: PreparedRehearsal,
  place: RehearsalPlace,
): Promise<Rehearsed> => {
  const { time } = place;
  const stage = await openStage(prepared, place);
  const ledgerFile = new DatabaseSync(join(place.dir, 'ledger.sqlite'), { readOnly: true });
  const whenWritten = onceWritten(ledgerFile);
  try {
    const beganAtAll = stage.clock.now();
    const first = await bringFirst(prepared, stage, time, whenWritten);
    if ((await readRollout(stage.instance().outside.ledger, first))?.end?.outcome !== 'succeeded') {
      const nothing = { marks: new Map(), traffic: new Map(), injected: [], acted: [], missed: [], halts: [] };
      return {
        ...(await gatherFacts(seed, scenario, prepared, stage, { rollout: first, beganAt: beganAtAll, ...nothing })),
        neverBegan: true,
      };
    }
    await pass(prepared.settledMs, stage, time);
    const traffic = recordTraffic(prepared.targets, () => stage.instance().fleet, prepared.scrapeMs, stage.clock);
    const marks = new Map(
      [...stage.instance().fleet.servers].map(([name, { requests }]) => [name, requests.list().at(-1)?.number ?? 0]),
    );
    const beganAt = stage.clock.now();
    stage.behave(badness(scenario.to.behaves), chooseTargets(scenario.to.where, prepared.targets, prepared.waves));
    const conductor = conduct(scenario, prepared, stage, marks, time.random);
    await time.complete(conductor.before, { maxVirtualMs: dayMs });
    const rollout = await release(prepared, scenario, stage, time);
    conductor.follow(rollout);
    const givenUpAt = beganAt + durationMs(scenario.ends);
    for (;;) {
      const isOver = whenWritten(conductor.look);
      const until = () => stage.isKilled() || stage.clock.now() >= givenUpAt || isOver();
      await time.run(until, { maxVirtualMs: 20 * dayMs });
      if (!stage.isKilled()) break;
      await time.complete(async () => stage.restart(), { maxVirtualMs: dayMs });
      await conductor.resume();
    }
    traffic.stop();
    // What people are told is sent beside the rollout, within the minute.
    await pass(lastMessageMs, stage, time);
    const facts = {
      rollout,
      beganAt,
      marks,
      traffic: traffic.records(),
      injected: conductor.injected,
      acted: conductor.acted,
      missed: conductor.missed(),
      halts: conductor.halts,
    };
    return await gatherFacts(seed, scenario, prepared, stage, facts);
  } finally {
    ledgerFile.close();
    await stage.close();
  }
};

/** Asks `holds` again only when something was written to the ledger, as it is asked after every timer. */
const onceWritten = (ledger: DatabaseSync) => {
  const version = ledger.prepare('PRAGMA data_version');
  return (holds: () => Promise<boolean>) => {
    let seen: unknown;
    return (): boolean | Promise<boolean> => {
      const now = version.get()?.data_version;
      if (now === seen) return false;
      seen = now;
      return holds();
    };
  };
};

/** The version before comes onto the fleet and to private targets, with everybody agreeing. Returns its rollout, which has ended or was given up. */
const bringFirst = async (
  { first }: PreparedRehearsal,
  stage: Stage,
  time: VirtualTime,
  whenWritten: ReturnType<typeof onceWritten>,
): Promise<string> => {
  const instance = stage.instance();
  const { ledger } = instance.outside;
  const texts = Object.entries(first).flatMap(([path, text]) => (text === null ? [] : [[path, text] as const]));
  const rollout = await time.complete(
    async () => {
      const commit = await instance.forge.seed(Object.fromEntries(texts), 'What runs before', developer);
      return (await consoleActions(instance.outside, instance.functions).release(commit, owner)).rollout;
    },
    { maxVirtualMs: firstMs },
  );
  const until = stage.clock.now() + firstMs;
  const hasCome = whenWritten(async () => {
    for (const approval of await readOpenApprovals(ledger)) await decide(approval, 'approve', instance);
    return (await readRollout(ledger, rollout))?.end !== undefined && (await listOpenRollouts(ledger)).length === 0;
  });
  await time.run(() => stage.clock.now() >= until || hasCome(), { maxVirtualMs: 2 * firstMs });
  return rollout;
};

/** A person merges the new version; returns the rollout that this starts. */
const release = async (
  { changes }: PreparedRehearsal,
  { name }: Scenario,
  stage: Stage,
  time: VirtualTime,
): Promise<string> => {
  const { forge } = stage.instance();
  const commit = await time.complete(
    async () => {
      const made = await forge.commit(changes, name, developer);
      await forge.settled();
      return made;
    },
    { maxVirtualMs: 3_600_000 },
  );
  return executionName(repository, commit);
};

const pass = async (ms: number, { clock }: Stage, time: VirtualTime): Promise<void> => {
  const until = clock.now() + ms;
  const cancel = clock.after(ms, () => undefined);
  await time.run(() => clock.now() >= until, { maxVirtualMs: 2 * ms + dayMs });
  cancel();
};
