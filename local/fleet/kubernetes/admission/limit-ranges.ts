import { forbidden } from '../api/status-error.ts';
import type { ControlPlane } from '../control-plane.ts';
import { isJsonObject, type JsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import { canonicalQuantity, milliOf } from '../schema/quantity.ts';
import { groupResourceOf } from '../schema/resource.ts';
import type { Attempt } from './attempt.ts';
import { objectsIn } from './pod-defaults.ts';

const limitsOf = (plane: ControlPlane, namespace: string): readonly JsonObject[] =>
  plane.storage.list('limitranges', namespace).flatMap(({ spec }) => listAt(spec, 'limits').filter(isJsonObject));

const isNewPod = ({ resource, operation, subresource }: Attempt) =>
  groupResourceOf(resource) === 'pods' && operation === 'CREATE' && subresource === '';

/** Gives a new pod's containers the requests and limits that its namespace's LimitRanges have for those that state none. Changes `pod`. */
export const applyLimitRanges = (plane: ControlPlane, attempt: Attempt, pod: KubeObject): void => {
  if (!isNewPod(attempt) || !isJsonObject(pod.spec)) return;
  const notes: string[] = [];
  const items = limitsOf(plane, attempt.namespace).filter(({ type }) => type === 'Container');
  if (items.length === 0) return;
  for (const [field, noun] of [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const) {
    for (const container of objectsIn(pod.spec[field])) notes.push(...fillContainer(container, items, noun));
  }
  if (notes.length === 0) return;
  const note = `LimitRanger plugin set: ${notes.join('; ')}`;
  pod.metadata.annotations = { ...pod.metadata.annotations, 'kubernetes.io/limit-ranger': note };
};

const fillContainer = (container: JsonObject, items: readonly JsonObject[], noun: string): readonly string[] => {
  const resources = objectAt(container, 'resources') ?? {};
  const fillFrom = (field: 'requests' | 'limits', source: 'defaultRequest' | 'default'): readonly string[] => {
    const has = objectAt(resources, field) ?? {};
    const missing = items
      .flatMap((item) => Object.entries(objectAt(item, source) ?? {}))
      .filter(([name]) => has[name] === undefined);
    if (missing.length > 0) resources[field] = { ...has, ...Object.fromEntries(missing) };
    return missing.map(([name]) => name).toSorted();
  };
  const limits = fillFrom('limits', 'default');
  const requests = fillFrom('requests', 'defaultRequest');
  if (limits.length + requests.length > 0) container.resources = resources;
  const said = (names: readonly string[], what: string) =>
    names.length === 0 ? [] : [`${names.join(', ')} ${what} for ${noun} ${stringAt(container, 'name')}`];
  return [...said(requests, 'request'), ...said(limits, 'limit')];
};

/** Refuses what is outside its namespace's LimitRanges: a 403 StatusError that lists all of it. */
export const checkLimitRanges = (plane: ControlPlane, attempt: Attempt): void => {
  const { resource, object, namespace, name, operation, subresource } = attempt;
  if (object === undefined || subresource !== '') return;
  const kind = groupResourceOf(resource);
  if (kind !== 'pods' && kind !== 'persistentvolumeclaims') return;
  if (kind === 'pods' && operation !== 'CREATE') return;
  const errors = limitsOf(plane, namespace).flatMap((item) =>
    kind === 'pods' ? podErrors(item, object) : claimErrors(item, object),
  );
  if (errors.length === 0) return;
  throw forbidden(resource, name, errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`);
};

type Amounts = Readonly<Record<string, string>>;

const amountsAt = (value: JsonObject | undefined, field: string): Amounts =>
  Object.fromEntries(
    Object.entries(objectAt(value, 'resources', field) ?? {}).map(([key, amount]) => [key, String(amount)]),
  );

const podErrors = (item: JsonObject, pod: KubeObject): readonly string[] => {
  const containers = objectsIn(pod.spec?.containers);
  if (item.type === 'Container') {
    return [...containers, ...objectsIn(pod.spec?.initContainers)].flatMap((container) =>
      rangeErrors(item, amountsAt(container, 'requests'), amountsAt(container, 'limits')),
    );
  }
  if (item.type !== 'Pod') return [];
  const total = (field: string) => sumOf(containers.map((container) => amountsAt(container, field)));
  return rangeErrors(item, total('requests'), total('limits'));
};

const claimErrors = (item: JsonObject, claim: KubeObject): readonly string[] =>
  item.type === 'PersistentVolumeClaim'
    ? rangeErrors({ ...item, isClaim: true }, amountsAt(claim.spec, 'requests'), {})
    : [];

/** In thousandths; good enough for anything a container can ask for. */
const sumOf = (all: readonly Amounts[]): Amounts => {
  const sums = new Map<string, number>();
  for (const amounts of all) {
    for (const [name, amount] of Object.entries(amounts)) sums.set(name, (sums.get(name) ?? 0) + milliOf(amount));
  }
  return Object.fromEntries([...sums].map(([name, milli]) => [name, canonicalQuantity(`${milli}m`)]));
};

const entriesOf = (item: JsonObject, field: string): readonly (readonly [string, string])[] =>
  Object.entries(objectAt(item, field) ?? {}).map(
    ([name, amount]) => [name, canonicalQuantity(String(amount))] as const,
  );

const rangeErrors = (item: JsonObject, requests: Amounts, limits: Amounts): readonly string[] => {
  const least = entriesOf(item, 'min').flatMap(([name, amount]) =>
    minimum(name, amount, item, requests[name], limits[name]),
  );
  const most = entriesOf(item, 'max').flatMap(([name, amount]) =>
    maximum(name, amount, item, requests[name], limits[name]),
  );
  const ratios = entriesOf(item, 'maxLimitRequestRatio').flatMap(([name, amount]) =>
    ratio(name, amount, item, requests[name], limits[name]),
  );
  return [...least, ...most, ...ratios];
};

type Rule = (name: string, amount: string, item: JsonObject, request?: string, limit?: string) => readonly string[];

const minimum: Rule = (name, amount, { type }, request, limit) => {
  const rule = `minimum ${name} usage per ${type} is ${amount}`;
  if (request === undefined) return [`${rule}.  No request is specified`];
  if (milliOf(request) < milliOf(amount)) return [`${rule}, but request is ${canonicalQuantity(request)}`];
  if (limit !== undefined && milliOf(limit) < milliOf(amount))
    return [`${rule}, but limit is ${canonicalQuantity(limit)}`];
  return [];
};

const maximum: Rule = (name, amount, { type, isClaim }, request, limit) => {
  const rule = `maximum ${name} usage per ${type} is ${amount}`;
  if (isClaim !== true && limit === undefined) return [`${rule}.  No limit is specified`];
  if (limit !== undefined && milliOf(limit) > milliOf(amount))
    return [`${rule}, but limit is ${canonicalQuantity(limit)}`];
  if (request !== undefined && milliOf(request) > milliOf(amount))
    return [`${rule}, but request is ${canonicalQuantity(request)}`];
  return [];
};

const ratio: Rule = (name, amount, { type }, request, limit) => {
  const rule = `${name} max limit to request ratio per ${type} is ${amount}`;
  if (request === undefined || milliOf(request) === 0) return [`${rule}, but no request is specified or request is 0`];
  if (limit === undefined || milliOf(limit) === 0) return [`${rule}, but no limit is specified or limit is 0`];
  const provided = milliOf(limit) / milliOf(request);
  return provided * 1000 > milliOf(amount) ? [`${rule}, but provided ratio is ${provided.toFixed(6)}`] : [];
};
