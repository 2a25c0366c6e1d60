import { type Hold, loosens, nameOf } from '../rollout/holds.ts';
import { auditWrite, factOf } from './audit.ts';
import type { Ledger, Row, Write } from './ledger.ts';
import { sortableTime } from './sortable-time.ts';
import { type Occurrence, queryAll, stored, update, writeMissing } from './update.ts';

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
  const { at, by, because } = hold;
  await update(ledger, holdKey(hold), next, hold.until, () => [historyWrites({ at, by, because, set: { ...hold } })]);
  return stays;
};

/** Lifts a hold and returns it; `undefined` where there is none. Twice is as once. */
export const liftHold = async (
  ledger: Ledger,
  key: HoldKey,
  { at, by, because }: Pick<Hold, 'at' | 'by' | 'because'>,
): Promise<Hold | undefined> => {
  const row = await ledger.get(holdKey(key));
  if (row === undefined) return undefined;
  const history = historyWrites({ at, by, because, lifted: key, action: key.kind === 'freeze' ? 'thaw' : 'resume' });
  const isLifted = await writeMissing(ledger, [history], [{ ...holdKey(key), expect: row.version }]);
  return isLifted ? stored<Hold>(row) : undefined;
};

/** All that holds now. Read before each write: there are a handful at most. */
export const readHolds = async (ledger: Ledger): Promise<readonly Hold[]> =>
  (await queryAll(ledger, partition)).map((row) => stored<Hold>(row));

/** What became of a hold. */
export type HoldChange = Pick<Hold, 'at' | 'by' | 'because'> &
  (
    | { readonly set: Hold }
    /** What whoever lifted it did: `thaw`, `resume`, `waive`; `resolve` where it was over by itself. */
    | { readonly lifted: HoldKey; readonly action: string }
  );

/**
 * The rows that keep who set or lifted what, and why, for as long as `retention` says, and with them the entry of the audit log: for the
 * transaction that makes it so.
 */
export const historyWrites = (change: HoldChange): Occurrence => {
  const { at, by, because } = change;
  const isSet = 'set' in change;
  const held: HoldKey = isSet ? change.set : change.lifted;
  const { kind, scope, name } = held;
  const sort = `${sortableTime(at)}#${isSet ? 'set' : 'lifted'}#${kind}#${scope}#${name}`;
  const row: Write = { partition: history, sort, data: { ...change }, expect: 'absent' };
  const what = isSet ? nameOf(held) : `${nameOf(held)} no more`;
  const about = scope === 'rollout' || scope === 'wave' || scope === 'target' ? scope : 'about';
  const entry = {
    ...{
      id: sort,
      at,
      actor: by,
      action: isSet ? kind : change.action,
      text: because === '' ? what : `${what}: ${because}`,
    },
    [about]: about === 'about' ? (scope === 'fleet' ? 'the fleet' : `${scope} ${name}`) : name,
    fact: factOf(row),
  };
  return [row, auditWrite(entry)];
};
