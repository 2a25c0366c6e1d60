import { type ApiRefusal, liveObject, readRefusal } from '../api-requests.ts';
import { isObject, type JsonObject, objectAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';

/** One line of a watch (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes). */
export type WatchEvent =
  /** ADDED, MODIFIED, DELETED. */
  | { readonly is: 'present' | 'gone'; readonly object: LiveObject; readonly version: string }
  | { readonly is: 'bookmark'; readonly version: string }
  /** The watch is over; the Status says why. */
  | { readonly is: 'error'; readonly refused: ApiRefusal }
  /** Nothing that an API server would send. */
  | { readonly is: 'unreadable' };

const known: Readonly<Record<string, 'present' | 'gone' | 'bookmark'>> = {
  ADDED: 'present',
  MODIFIED: 'present',
  DELETED: 'gone',
  BOOKMARK: 'bookmark',
};

/** Reads a line of a watch. Never throws. */
export const readWatchEvent = (line: string): WatchEvent => {
  const event = parse(line);
  const type = textAt(event, 'type') ?? '';
  const object = objectAt(event, 'object');
  if (type === 'ERROR') {
    const code = typeof object.code === 'number' ? object.code : 500;
    return { is: 'error', refused: readRefusal(code, JSON.stringify(object), null) };
  }
  const is = Object.hasOwn(known, type) ? known[type] : undefined;
  const version = textAt(object, 'metadata', 'resourceVersion') ?? '';
  if (is === undefined || version === '') return { is: 'unreadable' };
  if (is === 'bookmark') return { is, version };
  return textAt(object, 'metadata', 'name') === undefined
    ? { is: 'unreadable' }
    : { is, object: liveObject(object), version };
};

const parse = (line: string): JsonObject => {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
};

/** The state that a watch would go on from is no longer kept: as HTTP status 410, or as the Status of an ERROR event. */
export const isExpired = ({ code, reason }: ApiRefusal): boolean =>
  code === 410 || reason === 'Expired' || reason === 'Gone';
