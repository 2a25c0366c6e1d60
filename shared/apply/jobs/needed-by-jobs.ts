import type { ObjectId } from '../../rollout/plan.ts';
import type { DesiredJob, DesiredObject } from '../desired.ts';
import { listAt, objectAt, textAt } from '../fields.ts';
import { needsOf } from '../needs.ts';
import { isKind, objectId } from '../object-id.ts';
import { podReferencesOf, podSpecsOf } from '../pod-references.ts';

/**
 * What Jobs can not run without, with all that this needs in turn: their namespace, what their pods refer to, the rights of their
 * service account, their priority class, and what they depend on by annotation. Everything else of the set waits for them. Pure.
 */
export const neededByJobs = (
  jobs: readonly DesiredJob[],
  objects: readonly DesiredObject[],
  first: ObjectId,
): ReadonlySet<ObjectId> => {
  const { needs } = needsOf([...objects, ...jobs], first);
  const grants = jobs.flatMap((job) => objects.filter(({ manifest }) => grantsTo(manifest, job)).map(({ id }) => id));
  const classes = jobs.flatMap(({ manifest }) => podSpecsOf(manifest).flatMap(priorityClassOf));
  const open = [...jobs.flatMap(({ id }) => needs.get(id) ?? []), ...grants, ...classes];
  const present = new Set(objects.map(({ id }) => id));
  const needed = new Set<ObjectId>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (needed.has(next) || !present.has(next)) continue;
    needed.add(next);
    open.push(...(needs.get(next) ?? []));
  }
  return needed;
};

const priorityClassOf = (spec: unknown): readonly ObjectId[] => {
  const name = textAt(spec, 'priorityClassName');
  return name === undefined
    ? []
    : [objectId({ group: 'scheduling.k8s.io', kind: 'PriorityClass', namespace: '', name })];
};

/** Whether an object binds a role to the service account of a Job. Its role is then needed too, as by every binding. */
const grantsTo = (object: DesiredObject['manifest'], { manifest }: DesiredJob): boolean => {
  const isBinding = ['RoleBinding', 'ClusterRoleBinding'].some((kind) =>
    isKind(object, 'rbac.authorization.k8s.io', kind),
  );
  if (!isBinding) return false;
  const namespace = manifest.metadata.namespace ?? '';
  const accounts = podReferencesOf(manifest).filter(({ kind }) => kind === 'ServiceAccount');
  return listAt(object, 'subjects').some(
    (subject) =>
      textAt(subject, 'kind') === 'ServiceAccount' &&
      (textAt(subject, 'namespace') ?? object.metadata.namespace) === namespace &&
      accounts.some(({ name }) => name === objectAt(subject).name),
  );
};
