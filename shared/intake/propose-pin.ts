import type { Outside } from '../outside/outside.ts';
import type { Artifact } from './artifact-event.ts';
import {
  contentsOf,
  emptyClone,
  entriesAt,
  fetchInto,
  pushBranch,
  writeContent,
  writeFiles,
  writeOwnCommit,
} from './config-clone.ts';
import { branchHead, headOf, openPull, type Pull, pullsFor } from './github.ts';
import { branchOf, pinRequest, serviceOf } from './pin-request.ts';
import { planPin } from './plan-pin.ts';
import type { ArtifactAnswer, Proposed } from './receive-artifact.ts';
import { ignored, refused } from './refusal.ts';

/** Opens the pull request for an image, or finds it. Safe to do twice. */
export const proposePin = async (
  outside: Outside,
  artifact: Artifact,
  signal: AbortSignal,
): Promise<ArtifactAnswer> => {
  const image = `${artifact.repository}@${artifact.digest}`;
  const service = serviceOf(artifact);
  const branch = branchOf(artifact);
  const proposed = (pull: Pull, isRepeat: boolean): Proposed => ({
    outcome: 'proposed',
    number: pull.number,
    branch,
    service,
    image,
    repeated: isRepeat,
  });

  const head = await headOf(outside, signal);
  const clone = await emptyClone(outside);
  await fetchInto(outside, clone, head, 1, signal);
  const { files } = await entriesAt(clone, head);
  const plan = planPin(await contentsOf(clone, head, files), artifact);
  if (plan.kind === 'pinned') return { outcome: 'pinned', image, commit: head };
  if (plan.kind === 'absent') return ignored(`no file of the config pins ${artifact.repository}`);
  if (plan.kind === 'unpinned') {
    const where = `${plan.path}:${plan.line}`;
    return refused(
      422,
      'IMAGE_NOT_PINNED',
      `${where} names ${artifact.repository} without a digest; write ${image} there once by hand`,
    );
  }

  const [before] = await pullsFor(outside, branch, signal);
  if (before?.state === 'open') return proposed(before, true);
  if (before !== undefined) {
    const end = before.merged_at ? 'was merged and the config has moved on since' : 'was closed without a merge';
    return ignored(`pull request #${before.number} for ${image} ${end}; to release it again, revert that by hand`);
  }
  if ((await branchHead(outside, branch, signal)) === undefined) {
    const after = new Map(files);
    for (const [path, content] of plan.files) {
      after.set(path, await writeContent(clone, files.get(path)?.mode ?? '100644', content));
    }
    const { title } = pinRequest(artifact, plan.pins, []);
    const tree = await writeFiles(clone, after);
    const commit = await writeOwnCommit(clone, {
      tree,
      parents: [head],
      message: `${title}\n\n${image}`,
      at: outside.clock.now(),
    });
    await pushBranch(outside, clone, commit, branch, signal);
  }
  const older = (await pullsFor(outside, 'any', signal))
    .filter(({ head: { ref } }) => ref !== branch && /^tidegate\/(.+)-[0-9a-f]{12}$/.exec(ref)?.[1] === service)
    .map(({ number }) => number);
  return proposed(await openPull(outside, { branch, ...pinRequest(artifact, plan.pins, older) }, signal), false);
};
