import type { Manifest } from '../rollout/release.ts';
import { partOfLabel } from './apply-set.ts';
import { isObject } from './fields.ts';
import type { LiveObject } from './live-object.ts';
import { fenceAnnotation, fieldManager, setFenceAnnotation } from './manager.ts';

/** The policy and its binding, in every cluster the same: what it compares is on the objects, so one serves all instances of Tidegate. */
export const policyName = 'fence.tidegate.dev';

/** Grows with every change of what the policy says. A cluster that has a newer one keeps it. */
export const policyVersion = 1;
const versionAnnotation = 'tidegate.dev/policy-version';

/** Has the annotation the form of a token? Anything else counts as none, so that a hand's mistake locks nobody out for good. */
const tokenIn = (annotations: string, key: string): string =>
  `has(${annotations}) && ${key} in ${annotations} && ${annotations}[${key}].matches('^[0-9]{1,15}$') ? int(${annotations}[${key}]) : 0`;

const quoted = (text: string): string => `'${text}'`;
const set = `object.metadata.labels[${quoted(partOfLabel)}]`;
const hasSet = `has(object.metadata.labels) && ${quoted(partOfLabel)} in object.metadata.labels`;

/**
 * ValidatingAdmissionPolicy (Kubernetes 1.30) that refuses what a writer sends whose right to write has gone to a newer one:
 *
 * - no update lowers the fencing token on a member of a set, nor takes it off, whoever sends it; everybody else's updates keep the
 *   annotation as it is and pass, and an object that leaves the set may lose it;
 * - nothing that we apply to a set carries a token below the one that the namespace keeps for that set (`raise-fence.ts`): this is
 *   what stops a create, for which there is no object to compare with.
 *
 * A dry run without a token is one of a plan and passes; so is a migration, which carries a resourceVersion. Deletes carry no body
 * that a policy sees: uid and resourceVersion fence them. Subresources are left alone.
 */
export const fencePolicy: Manifest = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: policyName, annotations: { [versionAnnotation]: String(policyVersion) } },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      matchPolicy: 'Equivalent',
      // The label is what keeps this from being evaluated for anything but members of sets.
      objectSelector: { matchExpressions: [{ key: partOfLabel, operator: 'Exists' }] },
      resourceRules: [
        { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*'], scope: '*' },
      ],
    },
    variables: [
      { name: 'token', expression: tokenIn('object.metadata.annotations', quoted(fenceAnnotation)) },
      {
        name: 'before',
        expression: `oldObject != null && ${tokenIn('oldObject.metadata.annotations', quoted(fenceAnnotation))}`,
      },
      {
        name: 'ofSet',
        expression: `namespaceObject != null && ${hasSet} && ${tokenIn('namespaceObject.metadata.annotations', `${quoted(`${setFenceAnnotation}/`)} + ${set}`)}`,
      },
      {
        name: 'isOurs',
        expression: `has(request.options) && has(request.options.fieldManager) && request.options.fieldManager == ${quoted(fieldManager)}`,
      },
      { name: 'isTrial', expression: 'has(request.dryRun) && request.dryRun && variables.token == 0' },
    ],
    validations: [
      {
        expression: `variables.isTrial || !(${hasSet}) || variables.token >= variables.before`,
        messageExpression:
          "'stale writer refused: token ' + string(variables.token) + ' < ' + string(variables.before) + ' of a newer attempt'",
        reason: 'Forbidden',
      },
      {
        expression: 'variables.isTrial || !variables.isOurs || variables.token >= variables.ofSet',
        messageExpression:
          "'stale writer refused: token ' + string(variables.token) + ' < ' + string(variables.ofSet) + ' of a newer attempt on the set'",
        reason: 'Forbidden',
      },
    ],
  },
};

export const fenceBinding: Manifest = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: policyName, annotations: { [versionAnnotation]: String(policyVersion) } },
  spec: { policyName, validationActions: ['Deny'] },
};

/** What is to be done about one of the two objects. `ours`: it is there as we would have it, or newer. */
export type PolicyFound =
  | { readonly is: 'ours' }
  | { readonly is: 'missing' | 'older' }
  | { readonly is: 'foreign' | 'altered'; readonly because: string };

/** Judges the policy, or its binding, as it was found. Only what carries our annotation is ever written to, and never a newer one. */
export const assessPolicy = (wanted: Manifest, live: LiveObject | undefined): PolicyFound => {
  if (live === undefined) return { is: 'missing' };
  const subject = `${wanted.kind} ${policyName}`;
  const version = Number(live.metadata.annotations?.[versionAnnotation] ?? Number.NaN);
  if (!Number.isInteger(version)) return { is: 'foreign', because: `${subject} is there and is not Tidegate's` };
  if (version > policyVersion) return { is: 'ours' };
  if (version < policyVersion) return { is: 'older' };
  return includes(live.spec, wanted.spec)
    ? { is: 'ours' }
    : { is: 'altered', because: `${subject} says something else than version ${version} of it does` };
};

/** Whether everything stated is there; the server adds defaults. */
const includes = (live: unknown, stated: unknown): boolean => {
  if (Array.isArray(stated)) {
    return (
      Array.isArray(live) && live.length === stated.length && stated.every((item, place) => includes(live[place], item))
    );
  }
  if (!isObject(stated)) return live === stated;
  return isObject(live) && Object.entries(stated).every(([name, value]) => includes(live[name], value));
};

/** Whether a refusal is this policy's: somebody newer writes there. */
export const isFenceRefusal = (message: string): boolean =>
  message.includes(`ValidatingAdmissionPolicy '${policyName}'`);

/** Its own words: `stale writer refused: token 7 < 9 of a newer attempt`. */
export const fenceRefusal = (message: string): string =>
  /stale writer refused: .*$/.exec(message)?.[0] ?? 'stale writer refused';
