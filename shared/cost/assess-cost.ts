import type { Prices } from './prices.ts';

/** What a rollout is made of. Durations are seconds of one call at the function's memory. */
export interface Rollout {
  readonly targets: number;
  readonly waves: number;
  readonly batchesPerWave: number;
  /** Slices that applying one target takes, and times that its settling is asked for. */
  readonly applySlices: number;
  readonly settlePolls: number;
  /** Length of a wave from its first batch to the end of its soak, in minutes; the prober runs all of it. */
  readonly waveMinutes: number;
  /** Regions that probe it; 1 without. */
  readonly regions?: number;
  readonly soakPolls: number;
  readonly deploymentSeconds: number;
  /** Of each function that is called once or a few times per wave or rollout. */
  readonly stepSeconds: number;
}

/** What a deployment is taken to need where all goes well: nothing has been timed in a cloud. */
export const assumed = { applySlices: 1, settlePolls: 3, deploymentSeconds: 15, stepSeconds: 1 } as const;

const MEMORY_GB = 0.5;
/** Functions that plan or render have a whole core. */
const PLANNING_GB = 1.769;

/** States that a step which is asked again goes through each time: its Task, its Choice, its Wait. */
const POLL = 3;
/** Entered once, by the machines' own names; a test holds these ways against the definitions. */
export const ways = {
  rollout: ['PrepareRelease', 'IsPrepared', 'PreviewFleet', 'IsPreviewed', 'ConcludeRollout', 'HasEnded', 'Concluded'],
  perWave: ['RunWave', 'HasWavePassed'],
  wave: ['TakeTurn', 'IsOurTurn', 'PlanWave', 'IsPlanned', 'JudgeEntry', 'MayEnter', 'RequestApproval', 'IsApproved']
    .concat(['AwaitEntry', 'IsEntryOpen'])
    .concat(['DeployWave', 'AreFlagsFirst', 'NextBatch', 'IsBatchLeft', 'JudgeWave', 'IsWaveJudged', 'CloseGates'])
    .concat(['ProbeShards', 'ProbeWave', 'IsProbing', 'ProbingEnded', 'ConcludeWave', 'Concluded']),
  perBatch: ['DeployBatch', 'NextBatch', 'IsBatchLeft'],
  perTarget: ['RunDeployment'],
  deployment: ['ApplyManifests', 'IsApplied', 'SettleTarget', 'IsSettled', 'PruneObjects', 'IsPruned'].concat([
    'ConcludeDeployment',
    'Concluded',
  ]),
} as const;

/** Calls of the prober in one wave, each of ten minutes (`invocationMs` of shared/wave/probe-wave.ts). */
const probingCalls = ({ waveMinutes }: Rollout): number => Math.ceil(waveMinutes / 10);

/** States entered by a rollout in which all passes. Each is paid for, on STANDARD executions. */
export const countTransitions = (rollout: Rollout): number => {
  const deployment =
    ways.perTarget.length + ways.deployment.length + POLL * (rollout.applySlices - 1 + rollout.settlePolls - 1);
  // A call of the prober takes ten minutes: its Task and its Choice.
  const wave =
    ways.perWave.length +
    ways.wave.length +
    ways.perBatch.length * rollout.batchesPerWave +
    POLL * (rollout.soakPolls - 1) +
    2 * (probingCalls(rollout) - 1);
  return ways.rollout.length + rollout.waves * wave + rollout.targets * deployment;
};

/** Dollars of one rollout by what they are paid for, and their sum. */
export const assessCost = (rollout: Rollout, prices: Prices): Readonly<Record<string, number>> => {
  const deploymentCalls = rollout.targets * (rollout.applySlices + rollout.settlePolls + 2);
  const regions = rollout.regions ?? 1;
  const probing = rollout.waves * rollout.waveMinutes * regions;
  const steps = rollout.waves * (7 + rollout.batchesPerWave + rollout.soakPolls);
  const planning = 2 + rollout.waves;
  const gbSeconds =
    MEMORY_GB * (rollout.targets * rollout.deploymentSeconds + probing * 60 + steps * rollout.stepSeconds) +
    // Rendering once; looking at every target twice, as a preview and as its wave's plan.
    PLANNING_GB * (30 + rollout.targets * 2);
  const calls = deploymentCalls + rollout.waves * probingCalls(rollout) * regions + steps + planning;
  // Of a target about three entries of the audit log, of a wave twelve; each is written, taken and written again. A link a minute at most.
  const entries = 3 * rollout.targets + 12 * rollout.waves;
  const links = rollout.waves * rollout.waveMinutes;
  // Of one call: about two rows read and two written, twice for a transaction; one blob read, half a one written.
  const parts = {
    transitions: countTransitions(rollout) * prices.stateTransition,
    functions: calls * prices.lambdaRequest + gbSeconds * prices.lambdaGbSecond,
    ledger: calls * (4 * prices.ledgerWrite + 2 * prices.ledgerRead),
    blobs: calls * (0.5 * prices.blobPut + prices.blobGet),
    key: calls * 2 * prices.keyRequest,
    audit: entries * 6 * prices.ledgerWrite + links * (prices.keySignature + prices.blobPut + 4 * prices.ledgerWrite),
    // 1 kB of log for each call.
    logs: (calls / 1_000_000) * prices.logGb,
  };
  return summed(parts);
};

/** Of scheduled probing: what its function has, and how long of each minute it runs. */
const PROBING_GB = 0.25;
const PROBING_SECONDS = 50;
/** Targets of one of its invocations (`perInvocation` of shared/availability/probe-availability.ts). */
const PROBED_TARGETS = 200;

/** Dollars of a month that are paid whatever happens: what is provisioned. Nothing of it computes. */
export const assessFixed = (
  count: { readonly keys: number; readonly alarms: number; readonly dashboards: number },
  prices: Prices,
): Readonly<Record<string, number>> =>
  summed({
    keys: count.keys * prices.keyMonth,
    alarms: count.alarms * prices.alarmMonth,
    dashboards: count.dashboards * prices.dashboardMonth,
  });

/** Of the blobs that are put again each day: a hundred targets with ten renderings that each may go back to, and what these name. */
const KEPT_BLOBS = 2_000;
/** Of them it reads and puts sixteen at the same time. */
const KEPT_A_SECOND = 100;

/** Targets are looked at for drift sixteen at the same time, each in this many seconds of a function of this size. */
const LOOK_SECONDS = 0.8;
const LOOK_GB = 1.769;

/**
 * Dollars of a month for what runs by the clock: three sweeps of a minute (one of them chains the audit log), the probes of all targets from each region, looking for drift each five
 * minutes, and keeping blobs each day (their bucket has a key of its own, so that the key is hardly asked).
 */
export const assessSchedules = (
  { targets, regions }: { readonly targets: number; readonly regions: number },
  prices: Prices,
): Readonly<Record<string, number>> => {
  const minutes = 60 * 24 * 30;
  const probers = regions * Math.max(1, Math.ceil(targets / PROBED_TARGETS));
  return summed({
    sweeps: 3 * minutes * (prices.lambdaRequest + MEMORY_GB * 0.2 * prices.lambdaGbSecond + prices.ledgerRead),
    probes:
      probers *
      minutes *
      (prices.lambdaRequest + PROBING_GB * PROBING_SECONDS * prices.lambdaGbSecond + prices.ledgerRead),
    drift:
      (minutes / 5) *
      (prices.lambdaRequest +
        LOOK_GB * Math.ceil(targets / 16) * LOOK_SECONDS * prices.lambdaGbSecond +
        targets * (prices.blobGet + prices.ledgerWrite + 6 * prices.ledgerRead)),
    blobs:
      30 *
      (prices.lambdaRequest +
        MEMORY_GB * (KEPT_BLOBS / KEPT_A_SECOND) * prices.lambdaGbSecond +
        KEPT_BLOBS * (prices.blobGet + prices.blobPut)),
  });
};

/** A call of the function that the ledger's stream calls: what its channels take to answer. */
const SENDING_SECONDS = 1;

/**
 * Dollars of so many messages that people are told, each by a call of its own and taken at once: to keep it, two rows in a transaction and the count
 * of its hour; to send it, a claim and the end of it. Lambda reads the stream for nothing, and calls nothing for what the filter leaves out.
 */
export const assessNotices = (count: number, prices: Prices): Readonly<Record<string, number>> =>
  summed({
    functions: count * (prices.lambdaRequest + MEMORY_GB * SENDING_SECONDS * prices.lambdaGbSecond),
    ledger: count * (7 * prices.ledgerWrite + 3 * prices.ledgerRead),
  });

const summed = (parts: Readonly<Record<string, number>>): Readonly<Record<string, number>> => ({
  ...parts,
  total: Object.values(parts).reduce((sum, part) => sum + part, 0),
});
