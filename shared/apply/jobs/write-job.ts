import type { Manifest } from '../../rollout/release.ts';
import { getObject, liveObject } from '../api-requests.ts';
import { applyRequest } from '../apply-request.ts';
import { assessRefusal } from '../assess-refusal.ts';
import { pathOf, type ServedKind } from '../discovery.ts';
import { failedObject } from '../explain-refusal.ts';
import type { LiveObject } from '../live-object.ts';
import { fenceOf, fieldManager } from '../manager.ts';
import { identityOf } from '../object-id.ts';
import { preconditionsOf } from '../preconditions.ts';
import type { ObjectFailure } from '../refusals.ts';
import { type Writing, type Written, write } from '../writing.ts';
import { isSuspended } from './assess-job.ts';

/** `moved`: something else is there than was read; it has to be looked at again. */
export type JobWritten =
  | { readonly status: 'done'; readonly live: LiveObject }
  | { readonly status: 'moved' }
  | { readonly status: 'stopped'; readonly because: string }
  | { readonly status: 'later'; readonly retryAfterSeconds: number; readonly because: string }
  | { readonly status: 'failed'; readonly failure: ObjectFailure };

/**
 * Creates a Job, suspended as it is stated. It says that there must be none (`preconditionsOf`), so that nothing is written over another
 * one of its name, whenever it arrives.
 */
export const createJob = async (writing: Writing, served: ServedKind, manifest: Manifest): Promise<JobWritten> => {
  const { name, namespace = '', annotations } = manifest.metadata;
  const path = pathOf(served, namespace, name);
  const fenced = { ...annotations, ...fenceOf(writing.fence) };
  const metadata = { ...manifest.metadata, ...preconditionsOf(undefined), annotations: fenced };
  const written = await write(writing, {
    id: identityOf(manifest),
    ...applyRequest(path, { ...manifest, metadata }),
    readBack: async () => {
      const found = await getObject(writing.cluster, path, writing.invocation.signal);
      return found === undefined ? undefined : { ok: true, body: found };
    },
  });
  return answered(written, manifest);
};

/** Lets a Job run, or keeps it from running on: exactly the one that was read (uid and resourceVersion). Twice is safe. */
export const setSuspended = async (
  writing: Writing,
  served: ServedKind,
  live: LiveObject,
  suspend: boolean,
): Promise<JobWritten> => {
  const { name, namespace = '', uid, resourceVersion } = live.metadata;
  const path = pathOf(served, namespace, name);
  const written = await write(writing, {
    id: identityOf(live),
    verb: 'apply',
    path: `${path}?fieldManager=${fieldManager}`,
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({
      metadata: { uid, resourceVersion, annotations: fenceOf(writing.fence) },
      spec: { suspend },
    }),
    preconditions: { uid, resourceVersion },
    readBack: async () => {
      const found = await getObject(writing.cluster, path, writing.invocation.signal);
      const isSo = found?.metadata.uid === uid && isSuspended(found) === suspend;
      return isSo ? { ok: true, body: found } : undefined;
    },
  });
  return answered(written, live);
};

const answered = (written: Written, object: Manifest): JobWritten => {
  if (written.status !== 'answered') return written;
  const { answer } = written;
  if (answer.ok) return { status: 'done', live: liveObject(answer.body) };
  const meaning = assessRefusal(answer.refused);
  if (meaning === 'stale' || meaning === 'missing') return { status: 'moved' };
  return { status: 'failed', failure: failedObject(identityOf(object), answer.refused) };
};
