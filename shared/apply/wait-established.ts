import type { ObjectId } from '../rollout/plan.ts';
import { getObject } from './api-requests.ts';
import { conditionOf, textAt } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { parseObjectId } from './object-id.ts';
import { hasTime, type Writing } from './writing.ts';

/** `refused`: its names are taken, so it will never serve anything. */
export type Established =
  | { readonly status: 'established' }
  | { readonly status: 'refused'; readonly because: string }
  | { readonly status: 'waiting'; readonly because: string };

/** A CRD serves its kinds when its names are accepted and it is established; a highly available control plane takes 5 s for it. */
const assessEstablished = (crd: LiveObject | undefined, name: string): Established => {
  const names = conditionOf(crd, 'NamesAccepted');
  if (textAt(names, 'status') === 'False') {
    return {
      status: 'refused',
      because: `CustomResourceDefinition ${name}: ${textAt(names, 'message') ?? 'its names are taken'}`,
    };
  }
  if (textAt(conditionOf(crd, 'Established'), 'status') === 'True') return { status: 'established' };
  return { status: 'waiting', because: `waiting for CustomResourceDefinition ${name} to be established` };
};

const pollMs = 500;

/** Waits for all of a batch of CRDs, as long as the slice has time. */
export const waitEstablished = async (writing: Writing, crds: readonly ObjectId[]): Promise<Established> => {
  for (const id of crds) {
    const { group, name } = parseObjectId(id);
    const path = `/apis/${group}/v1/customresourcedefinitions/${encodeURIComponent(name)}`;
    for (;;) {
      const found = assessEstablished(await getObject(writing.cluster, path, writing.invocation.signal), name);
      if (found.status === 'established') break;
      if (found.status === 'refused' || !hasTime(writing, pollMs)) return found;
      await writing.clock.sleep(pollMs, writing.invocation.signal);
    }
  }
  return { status: 'established' };
};
