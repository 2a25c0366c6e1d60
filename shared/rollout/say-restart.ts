import type { ObjectId } from './plan.ts';
import type { LaterEffect, Pace, RestartCause, WaitingEffect } from './restarts.ts';

/** `Deployment shop/web`, as people call it. */
const named = (id: ObjectId): string => {
  const [, kind, namespace, name] = id.split('/');
  return `${kind} ${namespace}/${name}`;
};

const shownPaths = 3;

const listed = (paths: readonly string[], within: string): string => {
  const shown = paths.slice(0, shownPaths).map((path) => path.replace(within, ''));
  return `${shown.join(', ')}${paths.length > shownPaths ? ` and ${paths.length - shownPaths} more` : ''}`;
};

const keysOf = (keys: readonly string[]): string => (keys.length === 0 ? '' : ` (${listed(keys, '')})`);

/** Why a workload restarts, as a clause. */
export const sayCause = (cause: RestartCause): string => {
  switch (cause.change) {
    case 'template':
      return `its pods change: ${listed(cause.paths, '/spec/template/')}`;
    case 'recreation':
      return `it is recreated: ${listed(cause.paths, '/spec/')}`;
    case 'release':
      return `what held its pods back changes: ${listed(cause.paths, '/spec/')}`;
    case 'config':
      return `${named(cause.object)}${keysOf(cause.keys)}, which its pods read, changes`;
    default:
      return `${saySubject(cause.effect.effect)} takes effect, which has waited since rollout ${cause.effect.rollout}`;
  }
};

const saySubject = (effect: LaterEffect): string =>
  'object' in effect ? `${named(effect.object)}${keysOf(effect.keys)}` : listed(effect.paths, '/spec/template/');

/** A change that running pods do not have, as a sentence without its stop. */
export const sayLater = (effect: LaterEffect): string => {
  const workload = named(effect.workload);
  switch (effect.how) {
    case 'start':
      return `${saySubject(effect)} takes effect at the next restart of ${workload}`;
    case 'files':
      return `${saySubject(effect)} changes as files of ${workload} in place; where it reads them only at its start, at its next restart`;
    case 'on-delete':
      return `${saySubject(effect)} takes effect when the pods of ${workload} are deleted by hand, as OnDelete says`;
    default:
      return `${saySubject(effect)} takes effect when ${workload} is no longer paused`;
  }
};

/** The same of one that has waited since an earlier rollout. */
export const sayWaiting = ({ effect, rollout }: WaitingEffect): string =>
  `${sayLater(effect)}; it waits since rollout ${rollout}`;

/** How a workload larger than the cap is held back. */
export const sayPace = (pace: Pace): string =>
  Object.entries(pace)
    .map(([field, value]) => `${field} ${value}`)
    .join(', ');
