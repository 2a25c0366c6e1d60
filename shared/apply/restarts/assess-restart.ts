import type { FieldChange } from '../../rollout/plan.ts';
import type { ComparedObject } from '../compare-object.ts';
import { at, numberAt, objectAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';
import { isOnDelete, isWorkload } from './workload.ts';

/** What applying an object does to the pods of a workload that is there. */
export type RestartEffect =
  | {
      readonly is: 'restart';
      readonly pods: number;
      readonly change: 'template' | 'recreation' | 'release';
      readonly paths: readonly string[];
    }
  /** Its template changes, and the workload itself leaves its pods as they are. */
  | { readonly is: 'held'; readonly how: 'on-delete' | 'paused'; readonly paths: readonly string[] }
  | { readonly is: 'none' };

const none: RestartEffect = { is: 'none' };

const template = '/spec/template';
const isTemplatePath = (path: string): boolean => path === template || path.startsWith(`${template}/`);

/**
 * Whether a compared workload restarts, and how many pods. A difference in the pod template makes a new revision; so does nothing else,
 * save a recreation and what lets go of a revision that is under way: no longer paused or OnDelete, a partition that moves down, a
 * pace that is given up before all pods are replaced. Pods are counted live: what an autoscaler decided, what nodes there are.
 * | created, unchanged, scaled, no pod there: none | template, OnDelete or paused: held | else with a template: all pods at or above the
 * partition of the manifest | only let go: the pods that are not of the newest revision |
 */
export const assessRestart = ({ action, fields, live, manifest }: ComparedObject): RestartEffect => {
  if (live === undefined || !isWorkload(manifest) || podsOf(live) === 0) return none;
  if (action === 'recreate') return restart(podsAbove(live, partitionOf(manifest)), 'recreation', fields);
  if (action !== 'change') return none;
  const inTemplate = fields.filter(({ path }) => isTemplatePath(path));
  const how = isOnDelete(manifest) ? 'on-delete' : at(manifest, 'spec', 'paused') === true ? 'paused' : undefined;
  if (how !== undefined) return inTemplate.length === 0 ? none : { is: 'held', how, paths: pathsOf(inTemplate) };
  if (inTemplate.length > 0) return restart(podsAbove(live, partitionOf(manifest)), 'template', inTemplate);
  const letGo = fields.filter(({ path }) => isHolding(path));
  if (letGo.length === 0) return none;
  return restart(Math.min(outdatedPods(live), podsAbove(live, partitionOf(manifest))), 'release', letGo);
};

const restart = (
  pods: number,
  change: 'template' | 'recreation' | 'release',
  fields: readonly FieldChange[],
): RestartEffect => (pods === 0 ? none : { is: 'restart', pods, change, paths: pathsOf(fields) });

const pathsOf = (fields: readonly FieldChange[]): readonly string[] => fields.map(({ path }) => path);

/** The fields by which a revision under way is held back. */
const isHolding = (path: string): boolean =>
  ['/spec/paused', '/spec/minReadySeconds'].includes(path) ||
  path.startsWith('/spec/strategy') ||
  path.startsWith('/spec/updateStrategy');

/** The pods a workload wants: of a DaemonSet one for each node that takes one. */
export const podsOf = (live: LiveObject): number =>
  live.kind === 'DaemonSet'
    ? (numberAt(live, 'status', 'desiredNumberScheduled') ?? 0)
    : (numberAt(live, 'spec', 'replicas') ?? 1);

/** Of a StatefulSet the number of pods, lowest first, that an update leaves alone. */
export const partitionOf = (object: unknown): number =>
  textAt(object, 'kind') === 'StatefulSet'
    ? (numberAt(objectAt(object, 'spec', 'updateStrategy', 'rollingUpdate'), 'partition') ?? 0)
    : 0;

const podsAbove = (live: LiveObject, partition: number): number => Math.max(0, podsOf(live) - partition);

/** Pods that are not of the newest revision the controller knows. */
export const outdatedPods = (live: LiveObject): number => {
  const status = (name: string) => numberAt(live, 'status', name) ?? 0;
  switch (live.kind) {
    case 'Deployment':
      return Math.max(0, podsOf(live) - status('updatedReplicas'));
    case 'DaemonSet':
      return Math.max(0, podsOf(live) - status('updatedNumberScheduled'));
    default:
      return textAt(live, 'status', 'currentRevision') === textAt(live, 'status', 'updateRevision')
        ? 0
        : Math.max(0, podsOf(live) - status('updatedReplicas'));
  }
};
