import { Buffer } from 'node:buffer';
import type { WebhookBehaviour } from '../behaviour.ts';
import type { ControlPlane } from '../control-plane.ts';
import { isReady } from '../controllers/pod-state.ts';
import { podsBehind } from '../controllers/pods-behind.ts';
import { isJsonObject, type JsonObject, listAt, numberAt, objectAt, stringAt } from '../object.ts';

/** Where a webhook is asked: a Service of the cluster, or an address. */
export type WebhookAddress =
  | { readonly service: { readonly namespace: string; readonly name: string; readonly path: string } }
  | { readonly url: string };

/** What came of asking: the `response` of its AdmissionReview and how long that took, or why there is none. */
export type WebhookReply =
  | { readonly response: JsonObject; readonly takesMs?: number }
  | { readonly failed: string; readonly takesMs?: number };

/** A webhook that a test or a demo brings along; undefined where it answers at no such address. */
export type WebhookHandler = (address: WebhookAddress, review: JsonObject) => WebhookReply | undefined;

const addressOf = (webhook: JsonObject): WebhookAddress => {
  const service = objectAt(webhook, 'clientConfig', 'service');
  if (service === undefined) return { url: stringAt(webhook, 'clientConfig', 'url') ?? '' };
  return {
    service: {
      namespace: stringAt(service, 'namespace') ?? '',
      name: stringAt(service, 'name') ?? '',
      path: stringAt(service, 'path') ?? '',
    },
  };
};

const usualSeconds = 10;
const timeoutOf = (webhook: JsonObject): number => numberAt(webhook, 'timeoutSeconds') ?? usualSeconds;

/** As the API server's HTTP client names the request in its errors. */
const requestText = (address: WebhookAddress, webhook: JsonObject): string => {
  const seconds = timeoutOf(webhook);
  if ('url' in address) return `Post "${address.url}${address.url.includes('?') ? '&' : '?'}timeout=${seconds}s"`;
  const { namespace, name, path } = address.service;
  const port = numberAt(webhook, 'clientConfig', 'service', 'port') ?? 443;
  const slash = path.startsWith('/') ? '' : '/';
  return `Post "https://${name}.${namespace}.svc:${port}${slash}${path}?timeout=${seconds}s"`;
};

/** Asks a webhook, as far as a simulation goes: by its handler, else by the image of a ready pod behind its Service. */
export const askWebhook = (plane: ControlPlane, webhook: JsonObject, review: JsonObject): WebhookReply => {
  const address = addressOf(webhook);
  const reply = plane.webhook?.(address, review) ?? byPod(plane, address, review);
  const limitMs = timeoutOf(webhook) * 1000;
  const isLate = (reply.takesMs ?? 0) > limitMs;
  if (isLate) return failed(address, webhook, 'context deadline exceeded', limitMs);
  return 'failed' in reply ? failed(address, webhook, reply.failed, reply.takesMs) : reply;
};

const failed = (address: WebhookAddress, webhook: JsonObject, because: string, takesMs = 0): WebhookReply => ({
  failed: `failed to call webhook: ${requestText(address, webhook)}: ${because}`,
  takesMs,
});

const byPod = (plane: ControlPlane, address: WebhookAddress, review: JsonObject): WebhookReply => {
  if ('url' in address) return { failed: `dial tcp: lookup ${new URL(address.url).hostname}: no such host` };
  const { namespace, name } = address.service;
  const service = plane.storage.get({ resource: 'services', namespace, name });
  if (service === undefined) return { failed: `service "${name}" not found` };
  const pod = podsBehind(plane, service).find((each) => isReady(each) && each.metadata.deletionTimestamp === undefined);
  if (pod === undefined) return { failed: `no endpoints available for service "${name}"` };
  const images = listAt(pod.spec, 'containers').map((container) => stringAt(container, 'image') ?? '');
  const behaviour = images.map((image) => plane.behaviourOf(image).webhook).find((found) => found !== undefined);
  if (behaviour === undefined) return { failed: 'dial tcp: connect: connection refused' };
  return { response: responseOf(behaviour, review), takesMs: behaviour.takesMs ?? 0 };
};

const responseOf = ({ allows, says, labels }: WebhookBehaviour, review: JsonObject): JsonObject => {
  const uid = stringAt(review, 'request', 'uid') ?? '';
  const object = objectAt(review, 'request', 'object');
  if (labels === undefined || object === undefined) {
    return { uid, allowed: allows, ...(says === undefined ? {} : { status: { message: says } }) };
  }
  const has = isJsonObject(objectAt(object, 'metadata')?.labels);
  const patch = [
    ...(has ? [] : [{ op: 'add', path: '/metadata/labels', value: {} }]),
    ...Object.entries(labels).map(([key, value]) => ({
      op: 'add',
      path: `/metadata/labels/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      value,
    })),
  ];
  return { uid, allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
};
