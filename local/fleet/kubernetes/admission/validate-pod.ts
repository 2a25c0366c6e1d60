import type { FieldError } from '../api/status-error.ts';
import { isJsonObject, type JsonObject, listAt, stringAt } from '../object.ts';
import { milliOf } from '../schema/quantity.ts';
import { duplicate, invalidValue, notFoundValue, required } from './field-error.ts';
import { isDnsLabel, labelComplaint } from './validate-meta.ts';

/** What is wrong with a pod's spec; `path` is where it stands: `spec.template.spec`. */
export const podSpecErrors = (
  spec: JsonObject,
  path: string,
  claims: readonly string[] = [],
): readonly FieldError[] => {
  const containers = listAt(spec, 'containers').filter(isJsonObject);
  const initContainers = listAt(spec, 'initContainers').filter(isJsonObject);
  const volumes = listAt(spec, 'volumes')
    .filter(isJsonObject)
    .map((volume) => stringAt(volume, 'name') ?? '');
  const seen = new Set<string>();
  const errorsOf = (container: JsonObject, at: string) => containerErrors(container, at, seen, [...volumes, ...claims]);
  return [
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...repeated(volumes).map((index) => duplicate(`${path}.volumes[${index}].name`, volumes[index] ?? '')),
    ...initContainers.flatMap((container, index) => errorsOf(container, `${path}.initContainers[${index}]`)),
    ...containers.flatMap((container, index) => errorsOf(container, `${path}.containers[${index}]`)),
  ];
};

const repeated = (names: readonly string[]): readonly number[] =>
  names.flatMap((name, index) => (names.indexOf(name) < index ? [index] : []));

const containerErrors = (
  container: JsonObject,
  path: string,
  seen: Set<string>,
  volumes: readonly string[],
): readonly FieldError[] => {
  const errors: FieldError[] = [];
  const name = stringAt(container, 'name') ?? '';
  if (name === '') errors.push(required(`${path}.name`));
  else if (!isDnsLabel(name)) errors.push(invalidValue(`${path}.name`, name, labelComplaint));
  else if (seen.has(name)) errors.push(duplicate(`${path}.name`, name));
  seen.add(name);
  if ((stringAt(container, 'image') ?? '') === '') errors.push(required(`${path}.image`));
  listAt(container, 'ports').forEach((port, index) => {
    const number = isJsonObject(port) ? port.containerPort : undefined;
    if (typeof number !== 'number') errors.push(required(`${path}.ports[${index}].containerPort`));
    else if (number < 1 || number > 65_535) {
      errors.push(
        invalidValue(`${path}.ports[${index}].containerPort`, number, 'must be between 1 and 65535, inclusive'),
      );
    }
  });
  listAt(container, 'env').forEach((variable, index) => {
    if ((stringAt(variable, 'name') ?? '') === '') errors.push(required(`${path}.env[${index}].name`));
  });
  listAt(container, 'volumeMounts').forEach((mount, index) => {
    const volume = stringAt(mount, 'name') ?? '';
    if (!volumes.includes(volume)) errors.push(notFoundValue(`${path}.volumeMounts[${index}].name`, volume));
  });
  return [...errors, ...resourceErrors(container, path)];
};

const resourceErrors = (container: JsonObject, path: string): readonly FieldError[] => {
  const resources = isJsonObject(container.resources) ? container.resources : {};
  const limits = isJsonObject(resources.limits) ? resources.limits : {};
  const requests = isJsonObject(resources.requests) ? resources.requests : {};
  return Object.entries(requests).flatMap(([name, request]) => {
    const limit = limits[name];
    if (limit === undefined || milliOf(String(request)) <= milliOf(String(limit))) return [];
    const because = `must be less than or equal to ${name} limit of ${limit}`;
    return [invalidValue(`${path}.resources.requests`, String(request), because)];
  });
};
