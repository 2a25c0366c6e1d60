import type { ObjectId } from '../../rollout/plan.ts';
import type { Manifest, RenderedTarget } from '../../rollout/release.ts';
import { objectAt, textAt } from '../fields.ts';
import { groupOf, identityOf } from '../object-id.ts';

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** A workload of a set: what keeps pods running, and replaces them when their template changes. */
export interface Workload {
  readonly id: ObjectId;
  readonly service: string;
  readonly manifest: Manifest;
}

export const isWorkload = ({ apiVersion, kind }: Pick<Manifest, 'apiVersion' | 'kind'>): boolean =>
  groupOf(apiVersion) === 'apps' && kinds.includes(kind);

/** The workloads of a rendered target, as they will be placed in it. */
export const workloadsOf = ({ services }: RenderedTarget, namespace: string): readonly Workload[] =>
  services.flatMap(({ service, objects }) =>
    objects
      .filter(({ object }) => isWorkload(object))
      .map(({ object }) => {
        const manifest = { ...object, metadata: { namespace, ...object.metadata } };
        return { id: identityOf(manifest), service, manifest };
      }),
  );

/** The labels of its pods. */
export const podLabelsOf = (manifest: Manifest): Readonly<Record<string, unknown>> =>
  objectAt(manifest, 'spec', 'template', 'metadata', 'labels');

/** Whether it leaves its pods alone until somebody deletes them. */
export const isOnDelete = (manifest: Manifest): boolean =>
  textAt(manifest, 'spec', 'updateStrategy', 'type') === 'OnDelete';
