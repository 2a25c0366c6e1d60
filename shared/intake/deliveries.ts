import { createHash } from 'node:crypto';
import type { Data, Ledger } from '../ledger/ledger.ts';
import { update } from '../ledger/update.ts';
import { type Refused, refused } from './refusal.ts';

/** How one event is known again: by its sender's id and by its bytes. Either alone can be forged or changed. */
export interface Identity {
  readonly kind: 'artifact' | 'merge';
  readonly id: string;
  /** SHA-256 of the body, hexadecimal. */
  readonly body: string;
}

export const bodyHash = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex');

/** Ids of others are keys here, so they are hashed: any length, any characters. */
const keysOf = (identity: Identity) => ({
  byBody: { partition: `delivery#${identity.kind}`, sort: `body#${identity.body}` },
  byId: { partition: `delivery#${identity.kind}`, sort: `id#${bodyHash(Buffer.from(identity.id))}` },
});

/**
 * Notes that the event arrived, and says what was answered to it before: `undefined` when it was never answered to the end, which
 * also is the case after a crash, so what follows must be safe to do twice. The same id with other bytes is refused. Rows are kept
 * for ever: an old event sent again starts nothing.
 */
export const admit = async (
  ledger: Ledger,
  identity: Identity,
  at: number,
): Promise<{ readonly before: Data | undefined } | Refused> => {
  const { byBody, byId } = keysOf(identity);
  const known = await update(ledger, byId, (row) => (row === undefined ? { body: identity.body, at } : undefined));
  if (known?.data.body !== identity.body) {
    return refused(
      409,
      'EVENT_ID_REUSED',
      `event ${identity.id.slice(0, 80)}: this id came with another body before; send the event under a new id`,
    );
  }
  const seen = await update(ledger, byBody, (row) =>
    row === undefined ? { id: identity.id.slice(0, 200), at } : undefined,
  );
  const answer = seen?.data.answer;
  return { before: isData(answer) ? answer : undefined };
};

/** Keeps the answer, so that a repeat is given the same. The first answer stays. */
export const conclude = async (ledger: Ledger, identity: Identity, answer: Data): Promise<void> => {
  await update(ledger, keysOf(identity).byBody, (row) =>
    row === undefined || row.data.answer !== undefined ? undefined : { ...row.data, answer },
  );
};

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
