import { type Hold, loosens } from '../rollout/holds.ts';
import type { Ledger, Row } from './ledger.ts';
import { sortableTime } from './sortable-time.ts';
import { queryAll, stored, update } from './update.ts';

const partition = 'holds';
const history = 'hold-history';

type HoldKey = Pick<Hold, 'kind' | 'scope' | 'name'>;

/** The ledger's key of a hold: what somebody needs who sets one where Tidegate itself does not answer. */
export const holdKey = ({ kind, scope, name }: HoldKey): { readonly partition: string; readonly sort: string } => ({
  partition,
  sort: `${kind}#${scope}#${name}`,
});

/**
 * Sets a hold in place of one of its kind on the same thing, unless it would loosen that: then nothing is changed and what holds is returned.
 * Decided in the write itself, so that of two who hold at once the longer one stays. When its time is over, the ledger returns it no more.
 */
export const setHold = async (ledger: Ledger, hold: Hold): Promise<Hold | undefined> => {
  let stays: Hold | undefined;
  const next = (row: Row | undefined) => {
    const before = row === undefined ? undefined : stored<Hold>(row);
    stays = before !== undefined && loosens(hold, before) ? before : undefined;
    return stays === undefined ? { ...hold } : undefined;
  };
  await update(ledger, holdKey(hold), next, hold.until);
  if (stays !== undefined) return stays;
  await keepHoldHistory(ledger, { at: hold.at, by: hold.by, because: hold.because, set: { ...hold } });
  return undefined;
};

/** Lifts a hold and returns it; `undefined` where there is none. Twice is as once. */
export const liftHold = async (
  ledger: Ledger,
  key: HoldKey,
  { at, by, because }: Pick<Hold, 'at' | 'by' | 'because'>,
): Promise<Hold | undefined> => {
  const row = await ledger.get(holdKey(key));
  if (row === undefined || !(await ledger.remove({ ...holdKey(key), expect: row.version }))) return undefined;
  await keepHoldHistory(ledger, { at, by, because, lifted: key });
  return stored<Hold>(row);
};

/** All that holds now. Read before each write: there are a handful at most. */
export const readHolds = async (ledger: Ledger): Promise<readonly Hold[]> =>
  (await queryAll(ledger, partition)).map((row) => stored<Hold>(row));

/** Keeps who set and lifted what, and why, for as long as `retention` says: 400 days. Twice is as once. */
export const keepHoldHistory = async (
  ledger: Ledger,
  entry: {
    readonly at: number;
    readonly by: string;
    readonly because: string;
    readonly set?: Hold;
    readonly lifted?: HoldKey;
  },
): Promise<void> => {
  const { kind, scope, name } = entry.set ?? entry.lifted ?? { kind: '', scope: '', name: '' };
  const sort = `${sortableTime(entry.at)}#${entry.set === undefined ? 'lifted' : 'set'}#${kind}#${scope}#${name}`;
  await ledger.put({ partition: history, sort, data: { ...entry }, expect: 'absent' });
};
