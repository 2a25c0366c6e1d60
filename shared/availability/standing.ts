import type { Ledger } from '../ledger/ledger.ts';
import { queryAll, stored, update } from '../ledger/update.ts';

/** How one region sees one target now. */
export interface Standing {
  readonly target: string;
  readonly region: string;
  /** The slot it was seen in last. */
  readonly at: number;
  /** Gates that fail from there, each with its reason and since when. */
  readonly failing: readonly FailingGate[];
  /** Gates of which no attempt from there says anything, as where the address is a private one: it can neither fail nor pass them. */
  readonly mute?: readonly string[];
  /** Nothing at all was to be reached from there, and no other region agrees: the fault is the prober's, and says nothing. */
  readonly isOwnFault: boolean;
}

export interface FailingGate {
  readonly gate: string;
  readonly because: string;
  readonly since: number;
  /** The address that was asked, the share that failed, what must be stayed below, and of how many attempts. */
  readonly query?: string;
  readonly value?: number;
  readonly threshold?: number;
  readonly samples?: number;
}

const partition = 'availability';
const keyOf = ({ target, region }: Pick<Standing, 'target' | 'region'>) => ({ partition, sort: `${target}#${region}` });

/** Keeps how a region sees a target; since when a gate fails stays, while it fails. An older slot changes nothing. */
export const keepStanding = async (ledger: Ledger, standing: Standing): Promise<void> => {
  await update(ledger, keyOf(standing), (row) => {
    const before = row === undefined ? undefined : stored<Standing>(row);
    if (before !== undefined && before.at > standing.at) return undefined;
    const failing = standing.failing.map((each) => ({
      ...each,
      since: before?.failing.find(({ gate }) => gate === each.gate)?.since ?? each.since,
    }));
    return { ...standing, failing };
  });
};

/** How all regions see all targets. */
export const readStandings = async (ledger: Ledger): Promise<readonly Standing[]> =>
  (await queryAll(ledger, partition)).map((row) => stored<Standing>(row));

/** How all regions see one target. */
export const readStandingsOf = async (ledger: Ledger, target: string): Promise<readonly Standing[]> =>
  (await queryAll(ledger, partition, `${target}#`)).map((row) => stored<Standing>(row));
