import { ask, getObject } from './api-requests.ts';
import { applyType } from './apply-request.ts';
import { partOfLabel } from './apply-set.ts';
import { assessRefusal } from './assess-refusal.ts';
import { pathOf } from './discovery.ts';
import { isFenceRefusal } from './fence-policy.ts';
import type { LiveObject } from './live-object.ts';
import { fenceAnnotation, fenceManager, fieldManager, setFenceAnnotation } from './manager.ts';
import { objectId } from './object-id.ts';
import { configMaps, type Member } from './read-live.ts';
import type { Writing, Written } from './writing.ts';
import { write } from './writing.ts';

/** `not-raised`: the target can not be made to refuse what is older. */
export type Raised =
  | { readonly status: 'raised' }
  | { readonly status: 'not-raised' }
  | Exclude<Written, { readonly status: 'answered' }>;

/** What a write that raises a token came to. An object that moved in the meantime is fenced by that alone. */
export const raisedBy = (written: Written): Raised => {
  if (written.status !== 'answered') return written;
  const isRaised = written.answer.ok || assessRefusal(written.answer.refused) === 'stale';
  return { status: isRaised ? 'raised' : 'not-raised' };
};

/** Puts our token on a member that is otherwise left as it is. For members that are on their way out: it changes who owns the annotation. */
export const raiseObject = async ({ id, served, object }: Member, writing: Writing): Promise<Raised> => {
  const { name, namespace = '' } = object.metadata;
  const path = pathOf(served, namespace, name);
  return raisedBy(await annotate(writing, { id, path, live: object }, fenceAnnotation));
};

interface Annotated {
  readonly id: ReturnType<typeof objectId>;
  readonly path: string;
  readonly live: LiveObject;
}

const annotate = (writing: Writing, { id, path, live }: Annotated, annotation: string): Promise<Written> => {
  const token = String(writing.fence ?? 0);
  const { uid, resourceVersion } = live.metadata;
  return write(writing, {
    id,
    verb: 'apply',
    path: `${path}?fieldManager=${fenceManager}`,
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: JSON.stringify({ metadata: { uid, resourceVersion, annotations: { [annotation]: token } } }),
    preconditions: live.metadata,
    isBare: true,
    readBack: async () => {
      const found = await getObject(writing.cluster, path, writing.invocation.signal);
      return found?.metadata.annotations?.[annotation] === token ? { ok: true, body: found } : undefined;
    },
  });
};

const visibleWithinMs = 5000;
const lookMs = 100;

/**
 * Has the namespace keep our token for the set: nothing that we apply to it with a lower one is accepted there from then on, a create
 * neither. Returns when the API server was seen to refuse (its policies know of a changed namespace some milliseconds later), or
 * `not-raised` where it does not within 5 s, where the policy is not there, or where namespaces may not be written.
 */
export const raiseSet = async (
  { set, namespace }: { readonly set: string; readonly namespace: string },
  writing: Writing,
): Promise<Raised> => {
  const standing = await writing.fencing?.();
  if (standing?.isEnforced !== true || writing.fence === undefined) return { status: 'not-raised' };
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const live = await getObject(writing.cluster, path, writing.invocation.signal);
  // Nothing can be created in a namespace that is not there.
  if (live === undefined) return { status: 'raised' };
  const annotation = `${setFenceAnnotation}/${set}`;
  const kept = Number(live.metadata.annotations?.[annotation] ?? 0);
  if (kept < writing.fence) {
    const id = objectId({ group: '', kind: 'Namespace', namespace: '', name: namespace });
    const raised = raisedBy(await annotate(writing, { id, path, live }, annotation));
    if (raised.status !== 'raised') return raised;
  }
  const until = writing.clock.now() + visibleWithinMs;
  for (;;) {
    if (await refusesOlder(set, namespace, writing)) return { status: 'raised' };
    if (writing.clock.now() >= until) return { status: 'not-raised' };
    await writing.clock.sleep(lookMs, writing.invocation.signal);
  }
};

/** Tries, dry, what an older attempt would send. */
const refusesOlder = async (
  set: string,
  namespace: string,
  { cluster, fence = 0, invocation }: Writing,
): Promise<boolean> => {
  const name = 'tidegate-fence-trial';
  const metadata = {
    name,
    namespace,
    labels: { [partOfLabel]: set },
    // 1 at the least: a dry run without a token is one of a plan, which the policy lets pass.
    annotations: { [fenceAnnotation]: String(Math.max(1, fence - 1)) },
  };
  const answer = await ask(cluster, `${pathOf(configMaps, namespace, name)}?fieldManager=${fieldManager}&dryRun=All`, {
    method: 'PATCH',
    headers: { 'content-type': applyType },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }),
    signal: invocation.signal,
  });
  return !answer.ok && isFenceRefusal(answer.refused.message);
};
