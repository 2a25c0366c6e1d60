import type { ControlPlane } from '../control-plane.ts';
import type { JsonObject, KubeObject } from '../object.ts';
import { groupResourceOf, groupVersionOf, type Resource } from '../schema/resource.ts';
import type { Change } from '../storage/sqlite.ts';
import { inVersion, type Matcher, matcherOf } from './list-objects.ts';
import { badRequest, expired } from './status-error.ts';

type WatchEvent = { readonly type: string; readonly object: JsonObject };

/** What a change is to somebody who sees only what matches: nothing, coming, changing or leaving. */
const eventOf = (
  change: Change,
  matches: Matcher,
): { readonly type: string; readonly object: KubeObject } | undefined => {
  const was = change.previous !== undefined && matches(change.previous);
  const is = change.type !== 'DELETED' && matches(change.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.object };
  return was ? { type: 'DELETED', object: change.object } : undefined;
};

const bookmarkEveryMs = 60_000;
const longestSeconds = 1800;

/**
 * A watch as a stream of JSON lines. Without a resourceVersion (or with 0) it begins with what is there. It ends after
 * `timeoutSeconds` by the clock (30 minutes without), or when the reader cancels or `signal` aborts. Throws a 410 StatusError where the
 * changes since that version are no longer kept, as the first event where the client asks as the real server answers: HTTP 200, ERROR.
 */
export const watchObjects = (
  plane: ControlPlane,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  query: URLSearchParams,
  signal: AbortSignal,
  shown: (object: KubeObject) => JsonObject,
): ReadableStream<Uint8Array> => {
  const matches = matcherOf(resource, namespace, name, query);
  const stored = groupResourceOf(resource);
  const asked = query.get('resourceVersion') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked))
    throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(asked)}: strconv.ParseUint`);
  const encoder = new TextEncoder();
  const cleanups: (() => void)[] = [];
  const end = () => {
    for (const cleanup of cleanups.splice(0)) cleanup();
  };
  const versioned = (object: KubeObject) => shown(inVersion(resource, object));

  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      const send = (event: WatchEvent) => controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`));
      const close = () => {
        if (cleanups.length === 0) return;
        end();
        controller.close();
      };
      const sendChange = (change: Change) => {
        if (change.key.resource !== stored) return;
        const event = eventOf(change, matches);
        if (event !== undefined) send({ type: event.type, object: versioned(event.object) });
      };
      const bookmark = (annotations?: JsonObject) =>
        send({
          type: 'BOOKMARK',
          object: {
            kind: resource.kind,
            apiVersion: groupVersionOf(resource),
            metadata: {
              resourceVersion: String(plane.storage.resourceVersion()),
              creationTimestamp: null,
              ...(annotations === undefined ? {} : { annotations }),
            },
          },
        });
      const bookmarks = query.get('allowWatchBookmarks') === 'true';
      if (asked === '' || asked === '0') {
        for (const object of plane.storage.list(stored, namespace)) {
          if (matches(object)) send({ type: 'ADDED', object: versioned(object) });
        }
        if (bookmarks && query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
      } else {
        const changes = plane.storage.changesSince(Number(asked));
        if (changes === undefined) {
          send({ type: 'ERROR', object: expired(Number(asked), plane.storage.oldestKept()).status });
          controller.close();
          return;
        }
        for (const change of changes) sendChange(change);
      }
      cleanups.push(plane.storage.subscribe(sendChange));
      const seconds = Number(query.get('timeoutSeconds') ?? 0) || longestSeconds;
      cleanups.push(plane.clock.after(seconds * 1000, close));
      if (bookmarks) {
        const repeat = () => {
          bookmark();
          stopBookmarks = plane.clock.after(bookmarkEveryMs, repeat);
        };
        let stopBookmarks = plane.clock.after(bookmarkEveryMs, repeat);
        cleanups.push(() => stopBookmarks());
      }
      const abort = () => close();
      signal.addEventListener('abort', abort, { once: true });
      cleanups.push(() => signal.removeEventListener('abort', abort));
    },
    cancel: end,
  });
};
