import type { JobPlan } from '../../rollout/jobs.ts';
import { getObject } from '../api-requests.ts';
import { type Deleted, deleteObject } from '../delete-object.ts';
import { pathOf } from '../discovery.ts';
import { parseObjectId } from '../object-id.ts';
import type { Writing } from '../writing.ts';

const served = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };

/** Deletes the Jobs of earlier releases that the plan lists, exactly those (uid); one that is gone already is passed over. */
export async function* cleanJobs(cleans: JobPlan['cleans'], writing: Writing): AsyncGenerator<Deleted> {
  for (const { id, uid } of cleans) {
    const { namespace, name } = parseObjectId(id);
    const object = await getObject(writing.cluster, pathOf(served, namespace, name), writing.invocation.signal);
    if (object?.metadata.uid === uid) yield await deleteObject(writing, { id, served, object });
  }
}
