import type { ApiRefusal } from './api-requests.ts';

/**
 * What a refused request means. A 409 alone has four meanings, and only one of them is about field ownership:
 * `ownership` (another manager owns the field), `stale` (the object moved since it was read), `quota` (the quota object is
 * contended, or the like: `again`), `terminating` (the object or its namespace is being deleted).
 */
export type RefusalMeaning =
  | 'ownership'
  | 'stale'
  | 'terminating'
  | 'immutable'
  | 'again'
  | 'missing'
  | 'namespace-missing'
  | 'kind-missing'
  | 'forbidden'
  | 'invalid';

/** Messages of the API server for a change that only a new object can bring. */
const immutable =
  /is immutable|immutable field|may not change once set|may not be changed in an update|updates to (statefulset spec for fields other than|\S+ are forbidden)|pod updates may not change fields other than|cannot change roleRef/i;

/** Trouble of the server's, not of the object's: the same request later may well succeed. */
const transient =
  /failed calling (admission )?webhook|conversion webhook.*failed|http2: .*GOAWAY|etcdserver: .*(leader changed|timed out|timeout)|Operation cannot be fulfilled on resourcequotas/i;

/**
 * The API server answers 500 to an apply whose fields or keys its schema refuses (structured-merge-diff's errors), and to a value that its
 * type does not take, as text that is no base64 in a Secret's data.
 */
const refusedBySchema =
  /field not declared in schema|duplicate entries for key|failed to create typed patch object|failed to convert new object .* to proper version/;

/** Reads the meaning off code, reason and message; what is not known is `invalid`, which is never retried. */
export const assessRefusal = (refused: ApiRefusal): RefusalMeaning => {
  const { code, reason, message, causes, details } = refused;
  if (refusedBySchema.test(message)) return 'invalid';
  if (transient.test(message) || code === 408 || code === 429 || code >= 500) return 'again';
  if (/being terminated|is being deleted/.test(message)) return 'terminating';
  if (code === 409) return causes.some((cause) => cause.reason === 'FieldManagerConflict') ? 'ownership' : 'stale';
  if (code === 404) {
    if (details.kind === 'namespaces' || /^namespaces "[^"]*" not found$/.test(message)) return 'namespace-missing';
    return details.name === '' ? 'kind-missing' : 'missing';
  }
  if (code === 422 && immutable.test(message)) return 'immutable';
  if (code === 403 || reason === 'Forbidden') return 'forbidden';
  return 'invalid';
};

/** Answered before anything is stored: a webhook is asked first, and so is the schema. */
const turnedAway = /failed calling (admission )?webhook|conversion webhook.*failed/i;

/**
 * Whether a write that was answered so may have been made all the same, now or a little later: the server gave up waiting for it, or what
 * stands before the server answered in its place (408, 5xx; a success that no API server words is one of them). 4xx are answered before
 * anything is stored, and so are refusals by a webhook that could not be asked, or by a schema.
 */
export const mayHaveWritten = ({ code, message }: ApiRefusal): boolean =>
  (code === 408 || code >= 500) && !turnedAway.test(message) && !refusedBySchema.test(message);
