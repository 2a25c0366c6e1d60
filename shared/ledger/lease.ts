import type { Data, Ledger } from './ledger.ts';
import { update } from './update.ts';

/** The right to write to a target for a short while, and the number that says whose right is newer. */
export interface Lease {
  readonly holder: string;
  /** Fencing token: grows with every lease of the target, never repeats. Carried on what is written. */
  readonly fence: number;
  /** Epoch milliseconds. */
  readonly until: number;
  /** The holder before had not given it back: whether it still writes nobody knows. */
  readonly isTakenOver?: true;
}

/** Another attempt holds the target's write lease. It runs out by itself. */
export class LeaseTaken extends Error {
  override readonly name = 'LeaseTaken';
  constructor(target: string, lease: Lease) {
    super(`write lease of target ${target} is held by ${lease.holder} until ${new Date(lease.until).toISOString()}`);
  }
}

const keyOf = (target: string) => ({ partition: `target#${target}`, sort: 'lease' });

const leaseOf = (data: Data | undefined): Lease =>
  data === undefined
    ? { holder: '', fence: 0, until: 0 }
    : {
        holder: String(data.holder),
        fence: Number(data.fence),
        until: Number(data.until),
        ...(data.isTakenOver === true ? { isTakenOver: true } : {}),
      };

/**
 * Takes the write lease of a target until `until`, under a fencing token higher than any before. A holder that asks again gets a new
 * token, so that what it sent before and is still under way can be told from what it sends now.
 * Throws `LeaseTaken` while another holds it.
 */
export const takeLease = async (
  ledger: Ledger,
  target: string,
  holder: string,
  now: number,
  until: number,
): Promise<Lease> => {
  let taken: Lease | undefined;
  await update(ledger, keyOf(target), (row) => {
    const current = leaseOf(row?.data);
    if (current.until > now && current.holder !== holder) throw new LeaseTaken(target, current);
    // Kept until somebody gives it back: an attempt that died before it saw to the one before it leaves that to the next.
    const wasLeft = current.until > 0 && (current.holder !== holder || current.isTakenOver === true);
    taken = { holder, fence: current.fence + 1, until, ...(wasLeft ? { isTakenOver: true } : {}) };
    return { ...taken };
  });
  if (taken === undefined) throw new Error(`write lease of target ${target}: nothing was written`);
  return taken;
};

/** The newest lease of a target, held or not: whoever wrote there since has a higher token. Of one that never had any the token is 0. */
export const readLease = async (ledger: Ledger, target: string): Promise<Lease> =>
  leaseOf((await ledger.get(keyOf(target)))?.data);

/** Is this lease still the newest and not run out? Asked before every write. */
export const holdsLease = async (ledger: Ledger, target: string, lease: Lease, now: number): Promise<boolean> => {
  const current = await readLease(ledger, target);
  return current.fence === lease.fence && current.holder === lease.holder && now < current.until;
};

/** Gives the lease back, keeping its number. Safe to call twice, and after it ran out. */
export const freeLease = async (ledger: Ledger, target: string, holder: string): Promise<void> => {
  await update(ledger, keyOf(target), (row) => {
    const current = leaseOf(row?.data);
    return current.holder === holder && current.until > 0
      ? { holder: current.holder, fence: current.fence, until: 0 }
      : undefined;
  });
};
