import type { Touched } from './plan-revert.ts';

const trailer = 'Tidegate-Reverts';

/** `tidegate/revert-<12 digits of the commit>`: one branch, and so one pull request, for one commit that was rolled back. */
export const revertBranch = (commit: string): string => `tidegate/revert-${commit.slice(0, 12)}`;

/** The commit that a commit with this message takes back, when Tidegate wrote it. */
export const revertedBy = (message: string): string | undefined =>
  new RegExp(`^${trailer}: ([0-9a-f]{40})$`, 'm').exec(message)?.[1];

/** What the commits and the pull request of a revert say. `later` are files that were changed since. */
export const revertText = (
  commit: string,
  touched: readonly Touched[],
): { readonly title: string; readonly message: string; readonly body: string } => {
  const needsPerson = touched.some(({ since }) => since === 'changed');
  const files = touched.map(
    ({ path, since }) => `- \`${path.replace(/`/g, "'")}\`${since === 'changed' ? ' (changed again since)' : ''}`,
  );
  const review =
    'Files were changed again after that commit, so this is not merged by itself: look at it, then merge or close it.';
  return {
    title: `Revert ${commit.slice(0, 12)}, which was rolled back`,
    message: `${trailer}: ${commit}`,
    body: [
      `The release of ${commit} was rolled back. This makes the config say what the fleet runs.`,
      '',
      ...files,
      ...(needsPerson ? ['', review] : []),
    ].join('\n'),
  };
};
