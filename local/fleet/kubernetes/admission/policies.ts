import { StatusError } from '../api/status-error.ts';
import type { ControlPlane } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import { groupResourceOf } from '../schema/resource.ts';
import { matches, requirementsOf } from '../storage/selector.ts';
import type { Attempt } from './attempt.ts';
import { compile, type Expression, NoValue } from './cel.ts';
import { celVariables, isConcerned, meetsConditions } from './matching.ts';

const policiesName = 'validatingadmissionpolicies.admissionregistration.k8s.io';
const bindingsName = 'validatingadmissionpolicybindings.admissionregistration.k8s.io';

interface Finding {
  readonly policy: string;
  readonly binding: string;
  readonly message: string;
  readonly reason: string;
}

/**
 * Asks every ValidatingAdmissionPolicy that is bound. Throws the StatusError of the first finding that denies; what is only to be
 * warned of goes into the answer's warnings. After k8s.io/apiserver `plugin/policy/validating`.
 */
export const askPolicies = (plane: ControlPlane, attempt: Attempt): void => {
  const denied: Finding[] = [];
  for (const binding of plane.storage.list(bindingsName)) {
    const name = stringAt(binding.spec, 'policyName') ?? '';
    const policy = plane.storage.get({ resource: policiesName, namespace: '', name });
    if (policy === undefined || !isBound(plane, policy, binding, attempt)) continue;
    const findings = findingsOf(plane, policy, binding, attempt);
    const actions = listAt(binding.spec, 'validationActions');
    if (actions.includes('Deny')) denied.push(...findings);
    if (actions.includes('Warn')) for (const finding of findings) attempt.requester.warn(warning(finding));
  }
  const [first] = denied;
  if (first !== undefined) throw denial(attempt, first);
};

const isBound = (plane: ControlPlane, policy: KubeObject, binding: KubeObject, attempt: Attempt): boolean => {
  const constraints = objectAt(policy.spec, 'matchConstraints');
  const narrower = objectAt(binding.spec, 'matchResources');
  if (constraints === undefined || !isConcerned(plane, constraints, attempt)) return false;
  if (narrower === undefined) return true;
  // Without rules of its own a binding narrows by its selectors alone.
  const rules = listAt(narrower, 'resourceRules').length > 0 ? narrower.resourceRules : constraints.resourceRules;
  return isConcerned(plane, { ...narrower, resourceRules: rules }, attempt);
};

const warning = ({ policy, binding, message }: Finding) =>
  `Validation failed for ValidatingAdmissionPolicy '${policy}' with binding '${binding}': ${message}`;

const codes: Readonly<Record<string, number>> = {
  Invalid: 422,
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
};

const denial = ({ resource, name }: Attempt, { policy, binding, message, reason }: Finding): StatusError => {
  const text = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}' denied request: ${message}`;
  const whole = `${groupResourceOf(resource)} ${JSON.stringify(name)} is forbidden: ${text}`;
  return new StatusError(codes[reason] ?? 422, reason, whole, {
    ...(name === '' ? {} : { name }),
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    causes: [{ message: text }],
  });
};

const findingsOf = (
  plane: ControlPlane,
  policy: KubeObject,
  binding: KubeObject,
  attempt: Attempt,
): readonly Finding[] => {
  const fails = stringAt(policy.spec, 'failurePolicy') !== 'Ignore';
  const found = (message: string, reason = 'Invalid'): Finding => ({
    policy: policy.metadata.name ?? '',
    binding: binding.metadata.name ?? '',
    message,
    reason,
  });
  const params = paramsOf(plane, policy, binding, attempt);
  if (typeof params === 'string') return fails ? [found(`failed to configure binding: ${params}`)] : [];
  return params.flatMap((param) => {
    const variables = withVariables(policy, celVariables(plane, attempt, param));
    const met = meetsConditions(listAt(policy.spec, 'matchConditions').filter(isJsonObject), variables);
    if (met === false) return [];
    if (typeof met === 'string') return fails ? [found(met)] : [];
    return listAt(policy.spec, 'validations')
      .filter(isJsonObject)
      .flatMap((validation) => {
        const problem = assessValidation(validation, variables, fails);
        return problem === undefined ? [] : [found(problem.message, problem.reason)];
      });
  });
};

/**
 * The parameter objects of a binding, `undefined` standing for none where the policy takes none; none at all where there is nothing to
 * validate against and that is allowed. A sentence says why it can not be told.
 */
const paramsOf = (
  plane: ControlPlane,
  policy: KubeObject,
  binding: KubeObject,
  attempt: Attempt,
): readonly (KubeObject | undefined)[] | string => {
  const kind = objectAt(policy.spec, 'paramKind');
  const ref = objectAt(binding.spec, 'paramRef');
  if (kind === undefined || ref === undefined) return [undefined];
  const [group = '', version] = groupAndVersion(stringAt(kind, 'apiVersion') ?? '');
  const resource = plane.registry
    .all()
    .find((each) => each.group === group && each.version === version && each.kind === kind.kind);
  if (resource === undefined)
    return `failed to find resource referenced by paramKind: '${kind.apiVersion}, Kind=${kind.kind}'`;
  const namespace = resource.namespaced ? (stringAt(ref, 'namespace') ?? attempt.namespace) : '';
  if (resource.namespaced && namespace === '') {
    return 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources';
  }
  const requirements = requirementsOf(objectAt(ref, 'selector'));
  const found = plane.storage
    .list(groupResourceOf(resource), namespace)
    .filter(({ metadata }) =>
      requirements === undefined ? metadata.name === ref.name : matches(requirements, metadata.labels),
    );
  if (found.length > 0 || stringAt(ref, 'parameterNotFoundAction') === 'Allow') return found;
  return 'no params found for policy binding with `Deny` parameterNotFoundAction';
};

const groupAndVersion = (apiVersion: string): readonly [string, string] => {
  const slash = apiVersion.indexOf('/');
  return [slash < 0 ? '' : apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
};

/** `variables.x` is worked out when it is first asked for, and once; each may name those before it. */
const withVariables = (policy: KubeObject, given: Record<string, unknown>): Record<string, unknown> => {
  const composed: Record<string, unknown> = {};
  const all = { ...given, variables: composed };
  for (const variable of listAt(policy.spec, 'variables').filter(isJsonObject)) {
    const name = stringAt(variable, 'name') ?? '';
    const expression: Expression = compile(stringAt(variable, 'expression') ?? 'null');
    const compute = once(() => explained(name, () => expression(all)));
    Object.defineProperty(composed, name, { enumerable: true, get: compute });
  }
  return all;
};

const once = <Value>(make: () => Value): (() => Value) => {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const explained = (name: string, evaluate: () => unknown): unknown => {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof NoValue)) throw error;
    throw new NoValue(`composited variable "${name}" fails to evaluate: ${error.message}`);
  }
};

const assessValidation = (
  validation: JsonObject,
  variables: Readonly<Record<string, unknown>>,
  fails: boolean,
): { readonly message: string; readonly reason: string } | undefined => {
  const text = stringAt(validation, 'expression') ?? 'true';
  try {
    if (compile(text)(variables) === true) return undefined;
  } catch (error) {
    if (!(error instanceof NoValue)) throw error;
    return fails
      ? { message: `expression '${text}' resulted in error: ${error.message}`, reason: 'Invalid' }
      : undefined;
  }
  const reason = stringAt(validation, 'reason') ?? 'Invalid';
  return { message: messageOf(validation, text, variables), reason };
};

/** What the message expression makes, unless it makes nothing fit to print: then the message, then the expression itself. */
const messageOf = (validation: JsonObject, text: string, variables: Readonly<Record<string, unknown>>): string => {
  const plain = stringAt(validation, 'message') ?? `failed expression: ${text.trim()}`;
  const expression = stringAt(validation, 'messageExpression');
  if (expression === undefined) return plain;
  try {
    const made = compile(expression)(variables);
    return typeof made === 'string' && made.trim() !== '' && !made.includes('\n') ? made.trim() : plain;
  } catch (error) {
    if (error instanceof NoValue) return plain;
    throw error;
  }
};
