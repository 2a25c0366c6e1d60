import { Buffer } from 'node:buffer';
import { badRequest, StatusError } from '../api/status-error.ts';
import { type ControlPlane, newUid } from '../control-plane.ts';
import {
  copyOf,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
} from '../object.ts';
import { jsonPatch, PatchFailed } from '../patch/json-patch.ts';
import { type Attempt, admissionRequest } from './attempt.ts';
import { celVariables, isConcerned, meetsConditions } from './matching.ts';
import { askWebhook } from './webhook-calls.ts';

/** The webhooks of every configuration of this kind that speak of a write, in the order of the configurations' names. */
const concernedBy = (plane: ControlPlane, configurations: string, attempt: Attempt): readonly JsonObject[] =>
  plane.storage
    .list(`${configurations}.admissionregistration.k8s.io`)
    .flatMap((configuration) => listAt(configuration, 'webhooks').filter(isJsonObject))
    .filter((webhook) => isConcerned(plane, webhook, attempt))
    .filter((webhook) => meets(plane, webhook, attempt));

const meets = (plane: ControlPlane, webhook: JsonObject, attempt: Attempt): boolean => {
  const conditions = listAt(webhook, 'matchConditions').filter(isJsonObject);
  if (conditions.length === 0) return true;
  const met = meetsConditions(conditions, celVariables(plane, attempt));
  if (typeof met === 'boolean') return met;
  if (webhook.failurePolicy === 'Ignore') return false;
  throw callFailed(stringAt(webhook, 'name') ?? '', met);
};

/** Has mutating webhooks change the object: what they leave of it. Throws StatusError. */
export const mutateByWebhooks = (plane: ControlPlane, attempt: Attempt): KubeObject | undefined => {
  let { object } = attempt;
  if (object === undefined) return undefined;
  for (const webhook of concernedBy(plane, 'mutatingwebhookconfigurations', attempt)) {
    const response = ask(plane, webhook, { ...attempt, object });
    const text = stringAt(response, 'patch');
    if (text === undefined || text === '') continue;
    object = patchedBy(stringAt(webhook, 'name') ?? '', object, text);
  }
  return object === attempt.object ? undefined : object;
};

const patchedBy = (name: string, object: KubeObject, text: string): KubeObject => {
  try {
    const patch: Json = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    return jsonPatch(copyOf(object), patch) as KubeObject;
  } catch (error) {
    if (!(error instanceof PatchFailed || error instanceof SyntaxError)) throw error;
    throw callFailed(name, `the patch it answered can not be applied: ${error.message}`);
  }
};

/** Asks validating webhooks. Throws the StatusError of the first that denies. */
export const askValidatingWebhooks = (plane: ControlPlane, attempt: Attempt): void => {
  for (const webhook of concernedBy(plane, 'validatingwebhookconfigurations', attempt)) ask(plane, webhook, attempt);
};

/** The response of a webhook that allows, or that may be left out. */
const ask = (plane: ControlPlane, webhook: JsonObject, attempt: Attempt): JsonObject => {
  const name = stringAt(webhook, 'name') ?? '';
  const { requester, dryRun } = attempt;
  if (dryRun && !['None', 'NoneOnDryRun'].includes(stringAt(webhook, 'sideEffects') ?? '')) {
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  }
  const request = admissionRequest(attempt, newUid(plane.random));
  const reply = askWebhook(plane, webhook, { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request });
  requester.delay(reply.takesMs ?? 0);
  const answer = 'failed' in reply ? reply.failed : wrongAnswer(reply.response, request);
  if (answer !== undefined || 'failed' in reply) {
    if (webhook.failurePolicy === 'Ignore') return {};
    throw callFailed(name, answer ?? '');
  }
  for (const text of listAt(reply.response, 'warnings')) requester.warn(String(text));
  if (reply.response.allowed !== true) throw denied(name, objectAt(reply.response, 'status') ?? {});
  return reply.response;
};

const wrongAnswer = (response: JsonObject, { uid }: JsonObject): string | undefined =>
  response.uid === uid
    ? undefined
    : `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`;

const callFailed = (name: string, because: string): StatusError => {
  const text = `failed calling webhook ${JSON.stringify(name)}: ${because}`;
  return new StatusError(500, 'InternalError', `Internal error occurred: ${text}`, { causes: [{ message: text }] });
};

const denied = (name: string, status: JsonObject): StatusError => {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const said = stringAt(status, 'message');
  const reason = stringAt(status, 'reason') ?? '';
  const message = said ? `${by}: ${said}` : reason === '' ? `${by} without explanation` : `${by}: ${reason}`;
  const details = objectAt(status, 'details');
  return new StatusError(Math.max(400, numberAt(status, 'code') ?? 0), reason, message, details);
};
