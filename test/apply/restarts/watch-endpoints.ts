import type { ApiServer } from '../../../local/fleet/kubernetes/server.ts';
import type { LiveObject } from '../../../shared/apply/live-object.ts';

interface EndpointSlice extends LiveObject {
  readonly endpoints: readonly { readonly conditions: { readonly ready: boolean } }[];
}

/** What a watch of EndpointSlices has told since it began. */
export interface SeenEndpoints {
  /** Of each Service, the fewest endpoints that were ready at any change. */
  readonly fewest: Readonly<Record<string, number>>;
  readonly changes: number;
}

/** Watches the EndpointSlices of a namespace until the function that it returns is called: every change of them is looked at. */
export const watchEndpoints = async (server: ApiServer, namespace: string): Promise<() => Promise<SeenEndpoints>> => {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?watch=true`;
  const { body } = await server.handle(new Request(`https://watch.invalid${path}`));
  if (body === null) throw new Error('the watch has no body');
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const ready = new Map<string, number>();
  const fewest = new Map<string, number>();
  let changes = 0;
  const take = (line: string): void => {
    const { type, object } = JSON.parse(line) as { readonly type: string; readonly object: EndpointSlice };
    if (type === 'ERROR') throw new Error(`the watch ended: ${line}`);
    const { name, labels = {} } = object.metadata;
    const service = labels['kubernetes.io/service-name'] ?? '';
    const count = type === 'DELETED' ? 0 : object.endpoints.filter(({ conditions }) => conditions.ready).length;
    ready.set(`${service}/${name}`, count);
    const all = [...ready].filter(([key]) => key.startsWith(`${service}/`)).reduce((sum, [, each]) => sum + each, 0);
    fewest.set(service, Math.min(fewest.get(service) ?? Number.POSITIVE_INFINITY, all));
    changes += 1;
  };
  const read = async (): Promise<void> => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // The simulated server sends each event as a piece of its own.
      take(value);
    }
  };
  const ended = read();
  return async () => {
    await reader.cancel();
    await ended;
    return { fewest: Object.fromEntries([...fewest].sort(([a], [b]) => (a < b ? -1 : 1))), changes };
  };
};
