import type { Data } from '../ledger/ledger.ts';
import type { Outside } from '../outside/outside.ts';
import { type Artifact, readArtifactEvent } from './artifact-event.ts';
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
import { admit, bodyHash, conclude, type Identity } from './deliveries.ts';
import { branchHead, headOf, openPull, type Pull, pullsFor } from './github.ts';
import { branchOf, pinRequest, serviceOf } from './pin-request.ts';
import { planPin } from './plan-pin.ts';
import { type Ignored, ignored, type Refused, refused } from './refusal.ts';
import { type Delivery, jsonOf, refuseLarge, refuseUnsigned } from './signature.ts';

/** A pull request pins the image. `repeated`: it was there before this event. */
export interface Proposed {
  readonly outcome: 'proposed';
  readonly number: number;
  readonly branch: string;
  readonly service: string;
  readonly image: string;
  readonly repeated: boolean;
}

/** The config names this digest already; nothing is to be merged. */
export interface AlreadyPinned {
  readonly outcome: 'pinned';
  readonly image: string;
  readonly commit: string;
}

export type ArtifactAnswer = Proposed | AlreadyPinned | Ignored | Refused;

/** As it came: by HTTP, to be verified here, or from the event bus, whose policy has let the sender put it there. */
export interface ArtifactDelivery extends Delivery {
  readonly via: 'http' | 'bus';
}

/** The most EventBridge carries in one event. */
const maxBody = 256 * 1024;

/**
 * Takes an artifact event to a pull request that pins the image by digest, and never further. Verified, read, and known again by its id
 * and its bytes: a repeat is answered with the same number. May be done twice and may die anywhere: branch and pull request are found
 * again by name. Throws as `fetchCommit` does, and `SecretMissing`.
 */
export const receiveArtifact = async (
  outside: Outside,
  delivery: ArtifactDelivery,
  signal: AbortSignal,
): Promise<ArtifactAnswer> => {
  const answer = await take(outside, delivery, signal);
  outside.log.info('artifact event', { ...answer });
  return answer;
};

const take = async (outside: Outside, delivery: ArtifactDelivery, signal: AbortSignal): Promise<ArtifactAnswer> => {
  const unwanted =
    refuseLarge(delivery, maxBody) ?? (delivery.via === 'http' ? await refuseUnsigned(outside, delivery) : undefined);
  if (unwanted !== undefined) return unwanted;
  const json = jsonOf(delivery, maxBody);
  if ('outcome' in json) return json;
  const body = bodyHash(delivery.body);
  const artifact = readArtifactEvent(json.value, body);
  if (artifact.outcome !== 'artifact') return artifact;

  const identity: Identity = { kind: 'artifact', id: `${artifact.source} ${artifact.id}`, body };
  const admitted = await admit(outside.ledger, identity, outside.clock.now());
  if ('outcome' in admitted) return admitted;
  if (admitted.before !== undefined) return { ...proposalIn(admitted.before), repeated: true };
  const answer = await proposePin(outside, artifact, signal);
  if (answer.outcome === 'proposed') await conclude(outside.ledger, identity, { ...answer });
  return answer;
};

/** Only proposals are kept as answers: whatever else was answered may be different when the event comes again. */
const proposalIn = (answer: Data): Proposed => answer as Data & Proposed;

/** Opens the pull request for an image, or finds it. Safe to do twice. */
const proposePin = async (outside: Outside, artifact: Artifact, signal: AbortSignal): Promise<ArtifactAnswer> => {
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
