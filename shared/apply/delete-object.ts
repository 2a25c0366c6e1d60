import type { ObjectId } from '../rollout/plan.ts';
import { getObject } from './api-requests.ts';
import { partOfLabel } from './apply-set.ts';
import { assessRefusal } from './assess-refusal.ts';
import { pathOf, type ServedKind } from './discovery.ts';
import { failedObject } from './explain-refusal.ts';
import { textAt } from './fields.ts';
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
 * Deletes exactly this object (uid and resourceVersion are preconditions) and waits until it is gone, at most until `waitUntil`. Another
 * object under the same name is left alone and counts as gone, and so does one that is in its set no longer; an object that is
 * already on its way out is only waited for. Twice is safe.
 */
export const deleteObject = async (
  writing: Writing,
  { id, served, object }: Deletable,
  propagation: 'Background' | 'Orphan' = 'Background',
  waitUntil = Number.POSITIVE_INFINITY,
): Promise<Deleted> => {
  const { name, namespace = '', uid, labels = {} } = object.metadata;
  const path = pathOf(served, namespace, name);
  const read = async (): Promise<LiveObject | undefined> => {
    const live = await getObject(writing.cluster, path, writing.invocation.signal);
    const isSame = live?.metadata.uid === uid && live.metadata.labels?.[partOfLabel] === labels[partOfLabel];
    return isSame ? live : undefined;
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
    // What is gone with the request is answered by a Status, what only begins to go by itself.
    if (written.answer.ok && textAt(written.answer.body, 'kind') === 'Status') return { status: 'gone' };
    live = await read();
  }
  return live === undefined ? { status: 'gone' } : waitGone(writing, id, waitUntil, live, read);
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
  waitUntil: number,
  found: LiveObject,
  read: () => Promise<LiveObject | undefined>,
): Promise<Deleted> => {
  for (let live: LiveObject | undefined = found; live !== undefined; live = await read()) {
    if (!hasTime(writing, pollMs) || writing.clock.now() + pollMs > waitUntil) {
      const held = live.metadata.finalizers?.length
        ? `, held by finalizers ${live.metadata.finalizers.join(', ')}`
        : '';
      const because = `waiting for ${spoken(id)} to be gone since ${live.metadata.deletionTimestamp ?? 'now'}${held}`;
      return { status: 'later', retryAfterSeconds: 2, because };
    }
    await writing.clock.sleep(pollMs, writing.invocation.signal);
  }
  return { status: 'gone' };
};

/** A StatefulSet's pods are left to its successor, so that replacing it stops none of them; everything else takes its own along. */
export const propagationFor = (id: ObjectId): 'Background' | 'Orphan' => {
  const { group, kind } = parseObjectId(id);
  return group === 'apps' && kind === 'StatefulSet' ? 'Orphan' : 'Background';
};
