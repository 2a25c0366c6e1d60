import type { Manifest } from '../rollout/release.ts';
import { ApiServerRefused, ask } from './api-requests.ts';
import { at, listAt, textAt } from './fields.ts';
import { isWebhookConfiguration } from './kind-order.ts';
import { hasTime, type Writing } from './writing.ts';

/** `waiting`: the slice has no more time; `lost`: it was waited for long enough. */
export type Endpoints =
  | { readonly status: 'ready' }
  | { readonly status: 'waiting' | 'lost'; readonly because: string };

/** How long to wait for endpoints, and who is told of it while it goes on. */
export interface EndpointPatience {
  /** Absent: as long as the slice has time, and once more in the next where that was less than a minute. */
  readonly patienceMs?: number;
  readonly waits?: (because: string) => void;
}

interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

const leastMs = 60_000;
const pollMs = 500;

/**
 * The services that a webhook configuration has asked before anything else may be written: without an endpoint every write it is about
 * fails. Webhooks that are ignored when they fail are not among them.
 */
const askedServices = (manifest: Manifest): readonly ServiceName[] =>
  (isWebhookConfiguration(manifest) ? listAt(manifest, 'webhooks') : [])
    .filter((webhook) => textAt(webhook, 'failurePolicy') !== 'Ignore')
    .flatMap((webhook) => {
      const name = textAt(webhook, 'clientConfig', 'service', 'name');
      const namespace = textAt(webhook, 'clientConfig', 'service', 'namespace');
      return name === undefined || namespace === undefined ? [] : [{ name, namespace }];
    });

/**
 * Waits until every service that a new webhook configuration needs has an endpoint that is ready. For any other object there is nothing
 * to wait for.
 * @throws ApiServerRefused when endpoints can not be read.
 */
export const waitEndpoints = async (
  writing: Writing,
  manifest: Manifest,
  { patienceMs, waits = () => {} }: EndpointPatience,
): Promise<Endpoints> => {
  const { clock, invocation } = writing;
  const began = clock.now();
  const services = new Map(askedServices(manifest).map((service) => [`${service.namespace}/${service.name}`, service]));
  for (const [subject, service] of services) {
    const because = `${manifest.kind} ${manifest.metadata.name} waits for an endpoint of Service ${subject}`;
    while (!(await hasEndpoint(writing, service))) {
      const waitedMs = clock.now() - began;
      const isOver = patienceMs !== undefined && waitedMs + pollMs > patienceMs;
      if (isOver || !hasTime(writing, pollMs)) {
        const isEnough = isOver || waitedMs >= leastMs;
        const within = `${because}, and had none within ${Math.round(waitedMs / 1000)} s`;
        return isEnough ? { status: 'lost', because: within } : { status: 'waiting', because };
      }
      waits(because);
      await clock.sleep(pollMs, invocation.signal);
    }
  }
  return { status: 'ready' };
};

const hasEndpoint = async ({ cluster, invocation }: Writing, { namespace, name }: ServiceName): Promise<boolean> => {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`;
  const selector = encodeURIComponent(`kubernetes.io/service-name=${name}`);
  const answer = await ask(cluster, `${path}?labelSelector=${selector}`, { signal: invocation.signal });
  if (!answer.ok) throw new ApiServerRefused(cluster.target, `GET ${path}`, answer.refused);
  return listAt(answer.body, 'items')
    .flatMap((slice) => listAt(slice, 'endpoints'))
    .some((endpoint) => at(endpoint, 'conditions', 'ready') !== false);
};
