import type { ObjectId } from '../rollout/plan.ts';
import { getObject } from './api-requests.ts';
import { assessRefusal } from './assess-refusal.ts';
import { pathOf, type ServedKind } from './discovery.ts';
import { failedObject } from './explain-refusal.ts';
import type { LiveObject } from './live-object.ts';
import { parseObjectId, spoken } from './object-id.ts';
import type { ObjectFailure } from './refusals.ts';
import { hasTime, type Writing, write } from './writing.ts';

export interface Deletable {
  readonly id: ObjectId;
  readonly served: ServedKind;
  readonly object: LiveObject;
}

/** `later` also for an object that is on its way out: its finalizers are named. */
export type Deleted =
  | { readonly status: 'gone' }
  | { readonly status: 'later'; readonly retryAfterSeconds: number; readonly because: string }
  | { readonly status: 'stopped'; readonly because: string }
  | { readonly status: 'failed'; readonly failure: ObjectFailure };

const conflicts = 5;
const pollMs = 500;

/**
 * Deletes exactly this object (uid and resourceVersion are preconditions) and waits until it is gone. Another object under the
 * same name is left alone and counts as gone; an object that is already on its way out is only waited for. Twice is safe.
 */
export const deleteObject = async (
  writing: Writing,
  { id, served, object }: Deletable,
  propagation: 'Background' | 'Orphan' = 'Background',
): Promise<Deleted> => {
  const { name, namespace = '', uid } = object.metadata;
  const path = pathOf(served, namespace, name);
  const read = async (): Promise<LiveObject | undefined> => {
    const live = await getObject(writing.cluster, path, writing.invocation.signal);
    return live?.metadata.uid === uid ? live : undefined;
  };
  let live: LiveObject | undefined = object;
  for (let attempt = 1; live !== undefined && live.metadata.deletionTimestamp === undefined; attempt++) {
    const written = await write(writing, {
      id,
      verb: 'delete',
      path,
      method: 'DELETE',
      contentType: 'application/json',
      body: deleteOptions(live, propagation),
      preconditions: live.metadata,
      readBack: async () =>
        (await read())?.metadata.deletionTimestamp ? { ok: true, body: {} } : goneAnswer(await read()),
    });
    if (written.status !== 'answered') return written;
    if (!written.answer.ok) {
      const meaning = assessRefusal(written.answer.refused);
      if (meaning !== 'missing' && (meaning !== 'stale' || attempt >= conflicts)) {
        return { status: 'failed', failure: failedObject(id, written.answer.refused) };
      }
    }
    live = await read();
  }
  return waitGone(writing, id, read);
};

const goneAnswer = (live: LiveObject | undefined) =>
  live === undefined ? ({ ok: true, body: {} } as const) : undefined;

const deleteOptions = ({ metadata: { uid, resourceVersion } }: LiveObject, propagationPolicy: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    preconditions: { uid, resourceVersion },
  });

const waitGone = async (
  writing: Writing,
  id: ObjectId,
  read: () => Promise<LiveObject | undefined>,
): Promise<Deleted> => {
  for (;;) {
    const live = await read();
    if (live === undefined) return { status: 'gone' };
    if (!hasTime(writing, pollMs)) {
      const held = live.metadata.finalizers?.length
        ? `, held by finalizers ${live.metadata.finalizers.join(', ')}`
        : '';
      const because = `waiting for ${spoken(id)} to be gone since ${live.metadata.deletionTimestamp ?? 'now'}${held}`;
      return { status: 'later', retryAfterSeconds: 2, because };
    }
    await writing.clock.sleep(pollMs, writing.invocation.signal);
  }
};

/** A StatefulSet's pods are left to its successor, so that replacing it stops none of them; everything else takes its own along. */
export const propagationFor = (id: ObjectId): 'Background' | 'Orphan' => {
  const { group, kind } = parseObjectId(id);
  return group === 'apps' && kind === 'StatefulSet' ? 'Orphan' : 'Background';
};
