import { queryAll, stored, update } from '../ledger/update.ts';
import { readDeployments, type WaveRef } from '../ledger/waves.ts';
import type { Outside } from '../outside/outside.ts';
import type { TargetTimes } from './label-samples.ts';

/** That a target was handed out in a batch of a wave. */
interface HandOut {
  readonly times: number;
  /** The batch and the moment of the first time. */
  readonly batch: number;
  readonly at: number;
}

const prefixOf = (ref: WaveRef) => `handed#${ref.wave}#${ref.direction}#`;

/** The targets that were handed out, by name. */
export const readHandOuts = async (
  ref: WaveRef,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<ReadonlyMap<string, HandOut>> => {
  const prefix = prefixOf(ref);
  const rows = await queryAll(ledger, `rollout#${ref.rollout}`, prefix);
  return new Map(rows.map((row) => [row.sort.slice(prefix.length), stored<HandOut>(row)]));
};

/** Counts one more time that a target is handed out. */
export const countHandOut = async (
  ref: WaveRef,
  target: string,
  batch: number,
  { ledger, clock }: Pick<Outside, 'ledger' | 'clock'>,
): Promise<void> => {
  const key = { partition: `rollout#${ref.rollout}`, sort: prefixOf(ref) + target };
  await update(ledger, key, (row) => {
    const before = row === undefined ? undefined : stored<HandOut>(row);
    const times = (before?.times ?? 0) + 1;
    return { times, batch: before?.batch ?? batch, at: before?.at ?? clock.now() };
  });
};

/** When each target of a wave was handed out, and its deployment ran. */
export const readTargetTimes = async (
  ref: WaveRef,
  outside: Pick<Outside, 'ledger'>,
): Promise<ReadonlyMap<string, TargetTimes>> => {
  const deployments = await readDeployments(outside.ledger, ref);
  const handed = await readHandOuts(ref, outside);
  return new Map(
    [...handed].map(([target, { batch, at }]): [string, TargetTimes] => {
      const record = deployments.get(target);
      const ran = record === undefined ? {} : { startedAt: record.startedAt, endedAt: record.endedAt };
      return [target, { batch, handedAt: at, ...ran }];
    }),
  );
};
