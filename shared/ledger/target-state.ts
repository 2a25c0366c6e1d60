import type { Digest } from '../blobs/blobs.ts';
import type { Data, Ledger } from './ledger.ts';
import { queryAll, update } from './update.ts';

/** A release on a target, and the rollout that brought it. */
export interface Standing {
  readonly release: Digest;
  readonly rendered: Digest;
  readonly commit: string;
  readonly rollout: string;
  readonly at: number;
}

/** What a target has: the release that was begun last, the one that was verified last, and the one verified before that. */
export interface TargetState {
  readonly target: string;
  /** Written before the first write of a rollout. Absent: never written to by us. */
  readonly begun?: Standing;
  /** Of a wave that passed its gates. */
  readonly verified?: Standing;
  /** What was verified before `verified`, by another rollout. */
  readonly previous?: Standing;
}

/** Where a rollback of `rollout` takes the target: what was verified before it. Absent: there is no way back. */
export const wayBack = (state: TargetState, rollout: string): Standing | undefined =>
  state.verified?.rollout === rollout ? state.previous : state.verified;

const keyOf = (target: string) => ({ partition: 'targets', sort: target });

const stateOf = (target: string, data: Data | undefined): TargetState => ({ ...data, target });

export const readTargetState = async (ledger: Ledger, target: string): Promise<TargetState> =>
  stateOf(target, (await ledger.get(keyOf(target)))?.data);

/** The states of all targets that were ever written to. */
export const readTargetStates = async (ledger: Ledger): Promise<ReadonlyMap<string, TargetState>> =>
  new Map((await queryAll(ledger, 'targets')).map((row) => [row.sort, stateOf(row.sort, row.data)]));

/** Before the first write: from now on the target may hold something of this rollout. Twice is as once. */
export const markBegun = async (ledger: Ledger, target: string, standing: Standing): Promise<void> => {
  await ledger.put({
    partition: `rollout#${standing.rollout}`,
    sort: `begun#${target}`,
    data: { at: standing.at },
    expect: 'absent',
  });
  await update(ledger, keyOf(target), (row) => {
    const begun = stateOf(target, row?.data).begun;
    return begun?.rollout === standing.rollout && begun.release === standing.release
      ? undefined
      : { ...row?.data, begun: standing };
  });
};

/** The targets a rollout has begun to change. */
export const readBegun = async (ledger: Ledger, rollout: string): Promise<readonly string[]> =>
  (await queryAll(ledger, `rollout#${rollout}`, 'begun#')).map((row) => row.sort.slice('begun#'.length));

/** Notes that a wave passed without this target: a debt that the rollout ends with. Twice is as once. */
export const markDebt = async (ledger: Ledger, rollout: string, target: string, because: string): Promise<void> => {
  await ledger.put({ partition: `rollout#${rollout}`, sort: `debt#${target}`, data: { because }, expect: 'absent' });
};

/** The targets a rollout ends without. */
export const readDebt = async (ledger: Ledger, rollout: string): Promise<readonly string[]> =>
  (await queryAll(ledger, `rollout#${rollout}`, 'debt#')).map((row) => row.sort.slice('debt#'.length));

/** After the gates: this is what a rollback of the next release goes back to. Twice is as once. */
export const markVerified = async (ledger: Ledger, target: string, standing: Standing): Promise<void> => {
  await update(ledger, keyOf(target), (row) => {
    const { verified, previous } = stateOf(target, row?.data);
    const before = verified?.rollout === standing.rollout ? previous : verified;
    return { begun: standing, verified: standing, ...(before === undefined ? {} : { previous: before }) };
  });
};

/** After a rollback: the target stands on `standing` again, and the release that was left is not remembered as a way back. */
export const markBack = async (ledger: Ledger, target: string, standing: Standing): Promise<void> => {
  await update(ledger, keyOf(target), () => ({ begun: standing, verified: standing }));
};
