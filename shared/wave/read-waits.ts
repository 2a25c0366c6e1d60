import { getPlanned } from '../blobs/planned-target.ts';
import { readAlertHolds, readAlertHoldsApart } from '../ledger/alerts.ts';
import { readHolds } from '../ledger/holds.ts';
import { readRollout } from '../ledger/rollouts.ts';
import { readBegun } from '../ledger/target-state.ts';
import type { WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import { assessEntry, type Wait } from '../rollout/assess-entry.ts';
import { changedServices } from '../rollout/changed-services.ts';
import { type Hold, holdOn, waitOf } from '../rollout/holds.ts';
import type { WavePlan } from '../rollout/plan.ts';
import type { Release } from '../rollout/release.ts';
import type { Wave } from '../rollout/wave.ts';
import { targetsOf } from './gate-tools.ts';
import { earlierWaves } from './stop-running-waves.ts';

type Stored = Pick<Outside, 'ledger' | 'blobs' | 'clock'>;

/**
 * Which of a plan's targets may not be entered now, and why: a freeze, a halt, a pause or an alert before a closed window. Windows hold
 * neither the way back nor a rollback: what is ill at night must not stay so until the morning.
 */
export const readWaits = async (
  ref: WaveRef,
  release: Release,
  wave: Wave,
  plan: WavePlan,
  outside: Stored,
): Promise<ReadonlyMap<string, Wait>> => {
  const rollout = await readRollout(outside.ledger, ref.rollout);
  const isRollback = rollout?.rollback === true;
  const about = { ...ref, source: rollout?.repository ?? '', isRollback };
  // Alerts are asked about here, where a target is entered; what runs already is stopped by them.
  const { ledger } = outside;
  const [said, alerts] = await Promise.all([readHolds(ledger), readAlertHoldsApart(ledger)]);
  const held = await heldBy([...said, ...alerts.all], about, plan, outside);
  if (ref.direction === 'back' || isRollback) return held;
  const behind = alerts.others.length === 0 ? undefined : await illBehind(ref, release, alerts.others, outside);
  const names = plan.targets.map(({ target }) => target);
  const { windows = {} } = release;
  const closed = assessEntry(wave, targetsOf(release, names), { windows, now: outside.clock.now() });
  const ill = behind === undefined ? [] : names.map((name) => [name, behind] as const);
  return new Map([...closed, ...ill, ...held]);
};

/**
 * Why nothing goes further: an alert about a target that an earlier wave of this rollout has left with what it brings, or about that wave.
 */
const illBehind = async (
  ref: WaveRef,
  release: Release,
  alerts: readonly Hold[],
  { ledger }: Stored,
): Promise<Wait | undefined> => {
  const begun = new Set(await readBegun(ledger, ref.rollout));
  for (const { name, targets } of earlierWaves(release, ref.wave)) {
    const left = targets.filter((target) => begun.has(target));
    const hold = alerts.find(({ scope, name: place }) =>
      scope === 'wave' ? place === name && left.length > 0 : scope === 'target' && left.includes(place),
    );
    if (hold === undefined) continue;
    return { because: `${waitOf(hold).because}; this rollout has gone through wave ${name} there` };
  }
  return undefined;
};

/** Which of a plan's targets an alert from outside speaks against now, and why. */
export const readAlerted = async (
  ref: WaveRef,
  plan: WavePlan,
  outside: Stored,
): Promise<ReadonlyMap<string, Wait>> => {
  const source = (await readRollout(outside.ledger, ref.rollout))?.repository ?? '';
  return heldBy(await readAlertHolds(outside.ledger), { ...ref, source, isRollback: false }, plan, outside);
};

const heldBy = async (
  holds: readonly Hold[],
  about: WaveRef & { readonly source: string; readonly isRollback: boolean },
  { targets }: WavePlan,
  { blobs }: Stored,
): Promise<ReadonlyMap<string, Wait>> => {
  const held = new Map<string, Wait>();
  if (holds.length === 0) return held;
  // Plans are blobs: they are read only where somebody holds a service.
  const wantsServices = holds.some(({ scope }: Hold) => scope === 'service');
  for (const { target, planned } of targets) {
    const services = wantsServices ? changedServices((await getPlanned(blobs, planned)).plan) : [];
    const hold = holdOn(holds, { ...about, target, services });
    if (hold !== undefined) held.set(target, waitOf(hold));
  }
  return held;
};
