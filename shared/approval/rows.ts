import type { Key, Ledger } from '../ledger/ledger.ts';
import { queryAll, stored } from '../ledger/update.ts';
import type { Approval } from './approval.ts';

export const approvalKey = (id: string): Key => ({ partition: `approval#${id}`, sort: 'head' });
/** Apart from what is shown: a task token is a credential. */
export const tokenKey = (id: string): Key => ({ partition: `approval#${id}`, sort: 'token' });
export const openKey = (id: string): Key => ({ partition: 'approvals', sort: id });

export const readApproval = async (ledger: Ledger, id: string): Promise<Approval | undefined> => {
  const row = await ledger.get(approvalKey(id));
  return row === undefined ? undefined : stored<Approval>(row);
};

/** Approvals that wait for somebody, oldest first. */
export const readOpenApprovals = async (ledger: Ledger): Promise<readonly Approval[]> =>
  (await readOpen(ledger)).filter(({ decision }) => decision === undefined);

/** Approvals that are decided and still open: the wave that waits may not know. Oldest first. */
export const readApprovalsToTell = async (ledger: Ledger): Promise<readonly Approval[]> =>
  (await readOpen(ledger)).filter(({ decision }) => decision !== undefined);

const readOpen = async (ledger: Ledger): Promise<readonly Approval[]> => {
  const rows = await queryAll(ledger, 'approvals');
  const found = await Promise.all(rows.map((row) => readApproval(ledger, row.sort)));
  return found.filter((approval) => approval !== undefined).sort((a, b) => a.askedAt - b.askedAt);
};
