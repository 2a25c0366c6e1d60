import own from '../../package.json' with { type: 'json' };

/** The one field manager of every object we apply; constant across releases, since a new name would orphan fields. */
export const fieldManager = 'tidegate';

/** Owns the inventory of a set, so that its fields never mix with those of members (as KEP-3659 asks). */
export const inventoryManager = 'tidegate-applyset';

/** Holds the number of replicas between our giving it up and the autoscaler's first change of it. */
export const handoverManager = 'tidegate-handover';

export const version: string = own.version;

/** The fencing token of the attempt that wrote an object last. Never a reason to write, and no part of any comparison. */
export const fenceAnnotation = 'tidegate.dev/fence';

/**
 * On a namespace, with the id of a set behind a slash: the token below which nothing more is accepted for that set. Kept there only
 * after an attempt was cut off from whose requests one may still be on its way.
 */
export const setFenceAnnotation = 'fence.tidegate.dev';

/** Raises tokens where nothing else is to be written. */
export const fenceManager = 'tidegate-fence';

/** Rewrites managedFields before an object is applied. Apart from `fieldManager`, whose writes all carry a token. */
export const migrationManager = 'tidegate-migration';

/** The annotation as it goes onto an object; none where one process alone writes and no lease is held. */
export const fenceOf = (fence: number | undefined): Readonly<Record<string, string>> =>
  fence === undefined ? {} : { [fenceAnnotation]: String(fence) };

/** On an object: `recreate` allows to delete and create it where a field that can not be changed must change. */
export const immutableChangeAnnotation = 'tidegate.dev/on-immutable-change';

/** On the inventory of a set: the target it belongs to. Two targets never share a set. */
export const targetAnnotation = 'tidegate.dev/target';

/** On the inventory of a set that two applied at the same time: when the one that goes on said so. No part of any comparison. */
export const claimAnnotation = 'tidegate.dev/claimed';

/** On a custom object: `applied` says that nobody writes a status for it, so that nothing is waited for. */
export const settledWhenAnnotation = 'tidegate.dev/settled-when';
