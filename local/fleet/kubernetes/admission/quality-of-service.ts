import { isJsonObject, type JsonObject, type KubeObject, listAt, stringAt } from '../object.ts';

/** Guaranteed where every container's requests equal its limits, BestEffort where none has any, else Burstable. */
export const qosClassOf = (pod: KubeObject): string => {
  const containers = listAt(pod.spec, 'containers').filter(isJsonObject);
  const of = (container: JsonObject, what: string, name: string) => stringAt(container, 'resources', what, name);
  const names = ['cpu', 'memory'];
  const any = containers.some((container) =>
    names.some((name) => of(container, 'requests', name) ?? of(container, 'limits', name)),
  );
  if (!any) return 'BestEffort';
  const all = containers.every((container) =>
    names.every((name) => {
      const limit = of(container, 'limits', name);
      return limit !== undefined && (of(container, 'requests', name) ?? limit) === limit;
    }),
  );
  return all ? 'Guaranteed' : 'Burstable';
};
