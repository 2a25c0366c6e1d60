import { brief } from '../rollout/outcome.ts';
import type { ObjectId } from '../rollout/plan.ts';
import type { ApiRefusal } from './api-requests.ts';
import { assessRefusal, mayHaveWritten, type RefusalMeaning } from './assess-refusal.ts';
import { isClientSide } from './client-side.ts';
import { grantIt, silentWebhook, wayOutOf } from './explain-forbidden.ts';
import { immutableChangeAnnotation } from './manager.ts';
import { holdsState, parseObjectId, spoken } from './object-id.ts';
import type { FieldConflict, ObjectFailure, Refusal, RefusalCode } from './refusals.ts';
import { withoutBulk } from './without-bulk.ts';

const codes: Readonly<Record<RefusalMeaning, RefusalCode>> = {
  ownership: 'FIELD_CONFLICT',
  stale: 'BUSY',
  terminating: 'TERMINATING',
  immutable: 'IMMUTABLE_FIELD',
  again: 'BUSY',
  missing: 'INVALID',
  'namespace-missing': 'NAMESPACE_MISSING',
  'kind-missing': 'UNKNOWN_KIND',
  forbidden: 'FORBIDDEN',
  invalid: 'INVALID',
};

/** What the API server refused, as a person needs to hear it: what is wrong and how to go on. */
export const explainRefusal = (object: ObjectId, refused: ApiRefusal): Refusal => {
  const meaning = assessRefusal(refused);
  const told: Refusal = { code: codes[meaning], object, because: brief(sentence(object, refused, meaning)) };
  return meaning === 'ownership' ? { ...told, conflicts: foreignOwners(refused) } : told;
};

const sentence = (object: ObjectId, refused: ApiRefusal, meaning: RefusalMeaning): string => {
  const { kind, namespace } = parseObjectId(object);
  const subject = spoken(object);
  const said = withoutBulk(kind === 'Secret' ? withoutValues(refused.message) : refused.message);
  switch (meaning) {
    case 'ownership':
      return `${subject}: ${foreignOwners(refused)
        .map(({ path, manager }) => `${path} is set by ${manager}`)
        .join('; ')}; remove the fields from the manifest, or have their manager give them up`;
    case 'immutable':
      return holdsState(parseObjectId(object))
        ? `${subject}: ${said}; a ${kind} is never recreated, undo the change or make a new one under another name`
        : `${subject}: ${said}; undo the change, or allow its replacement by annotation ${immutableChangeAnnotation}: recreate`;
    case 'namespace-missing':
      return `${subject}: namespace ${namespace} does not exist; create it, or add it to the release`;
    case 'terminating':
      return goesAway(said)
        ? `${subject}: namespace ${namespace} is being deleted (${said}); wait until it is gone (its conditions say what it waits for), then plan again`
        : `${subject}: it is being deleted (${said}); wait until it is gone, then plan again`;
    case 'forbidden':
      return `${subject}: not allowed (${said}); ${wayOutOf(refused) ?? grantIt}`;
    case 'again': {
      const webhook = silentWebhook(said);
      const goOn =
        webhook === undefined ? 'plan again later' : `see that what answers webhook ${webhook} runs, then plan again`;
      return `${subject}: the API server was not able to take it (${refused.code}: ${said}); ${goOn}`;
    }
    default: {
      const goOn = wayOutOf(refused);
      return `${subject}: ${refused.code} ${said}${goOn === undefined ? '' : `; ${goOn}`}`;
    }
  }
};

/** What is created in a namespace that is on its way out is refused in these words. */
const goesAway = (said: string): boolean => /in namespace \S+ because it is being terminated/.test(said);

/** `Invalid value: "..."` repeats what was sent, and so does `expected string, got ...` in forms of its own: nothing behind that is kept. */
const withoutValues = (message: string): string =>
  message.replace(/, got [\s\S]*$/, '').replaceAll(/Invalid value: (".*?"|\S+)/g, 'Invalid value');

/**
 * The fields of a conflict with their managers, those aside that we take over from; by path, then manager: the API server names
 * managers in an order of its own each time.
 */
export const foreignOwners = (refused: ApiRefusal): readonly FieldConflict[] =>
  refused.causes
    .map(({ field, message }) => ({ path: field, manager: managerOf(message) }))
    .filter(({ manager }) => !isClientSide(manager))
    .sort((a, b) => (`${a.path} ${a.manager}` < `${b.path} ${b.manager}` ? -1 : 1));

/** The same for an object that was being worked on. */
export const failedObject = (id: ObjectId, refused: ApiRefusal): ObjectFailure => {
  const { code, because } = explainRefusal(id, refused);
  if (!mayHaveWritten(refused)) return { id, code, because };
  return {
    id,
    code,
    because: brief(`${because}; the cluster did not show the write when it was last asked, and may still make it`),
  };
};

/** The API server words a cause as `conflict with "NAME" [with subresource "S"] using VERSION [at TIME]`. */
const managerOf = (message: string): string => /^conflict with "([^"]*)"/.exec(message)?.[1] ?? 'an unnamed manager';
