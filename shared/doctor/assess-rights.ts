import type { NeededRight } from '../apply/needed-rights.ts';
import type { Found } from './check.ts';

/** What the API server said about one right. */
export interface AskedRight {
  readonly right: NeededRight;
  /** `undefined`: the question itself was refused. */
  readonly isAllowed: boolean | undefined;
}

const named = 5;

/**
 * Whether what is asked for may be done. What nothing works without fails; what only something does is a warning that says what it is; a
 * question that was not answered is unknown. Nothing asked is unknown too: that there is nothing to do was not found out. Pure.
 */
export const assessRights = (asked: readonly AskedRight[]): Found => {
  if (asked.length === 0)
    return { status: 'unknown', found: 'nothing was asked for: the commit renders nothing for it' };
  const unanswered = asked.filter(({ isAllowed }) => isAllowed === undefined);
  const missing = asked.filter(({ isAllowed }) => isAllowed === false).map(({ right }) => right);
  const needed = missing.filter(({ only }) => only === undefined);
  const lesser = missing.filter(({ only }) => only !== undefined);
  if (needed.length > 0) {
    return {
      status: 'failed',
      found: `may not ${listed(needed)}`,
      next: 'bind its identity to a role with these rights (docs/deploy.md); tidegate doctor --json lists them all',
      all: [...needed, ...lesser].map(spoken),
    };
  }
  if (unanswered.length > 0) {
    const found = `${unanswered.length} of ${asked.length} questions were not answered`;
    return {
      status: 'unknown',
      found,
      next: 'let its identity create selfsubjectaccessreviews',
      all: unanswered.map(({ right }) => spoken(right)),
    };
  }
  if (lesser.length > 0) {
    const lost = [...new Set(lesser.map(({ only }) => only))].join('; ');
    return {
      status: 'warning',
      found: `may do all that is needed, and not ${listed(lesser)}`,
      next: `without it there is not: ${lost}`,
      all: lesser.map(spoken),
    };
  }
  return { status: 'ok', found: `may do all ${asked.length} things that a deployment asks for` };
};

const listed = (rights: readonly NeededRight[]): string => {
  const more = rights.length > named ? `, and ${rights.length - named} more` : '';
  return `${rights.slice(0, named).map(spoken).join(', ')}${more}`;
};

/** `patch deployments.apps in shop`. */
const spoken = ({ verb, group, resource, subresource, namespace }: NeededRight): string =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`} ${namespace === '' ? 'across the cluster' : `in ${namespace}`}`;
