import { type Blobs, type Digest, ownedBlobs } from '../blobs/blobs.ts';
import type { Data, Ledger } from '../ledger/ledger.ts';
import { listOpenRollouts } from '../ledger/rollouts.ts';
import { queryAll } from '../ledger/update.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation, Outside } from '../outside/outside.ts';
import { ownerOf } from '../rollout/own-rollout.ts';

/** So long a blob is there after it was put last. A test holds the bucket's lifecycle to it. */
export const blobDays = 400;

/** A prime: it leads past every one of any number of digests but its own multiples. */
const stride = 7_919;
/** Blobs that are read and put again at the same time. */
const concurrency = 16;

export interface KeptBlobs {
  /** How many were put again. */
  readonly kept: number;
  /** Releases and renderings that the ledger names, and that are not there; and whatever is damaged. */
  readonly missing: readonly string[];
}

/**
 * Puts again every blob that somebody still needs, so that none of them grows old: what the targets have and may go back to, and what the
 * rollouts that have not ended work with, and all that these name in turn. Everything else goes `blobDays` after it was put last: by
 * the lifecycle of the bucket, or by `expireFolder`. So nothing is ever deleted by a look at what is needed, and no step can lose
 * what it is just about to use. Run it far more often than `blobDays`; twice is as once. What is not done by the deadline is left to the next
 * days, each of which begins with others.
 */
export const keepBlobs = async (
  outside: Pick<Outside, 'ledger' | 'blobs' | 'log'> & { readonly clock: Pick<Clock, 'now'> },
  { deadline }: Pick<Invocation, 'deadline'>,
): Promise<KeptBlobs> => {
  const { blobs, clock, log } = outside;
  const { required, named, owners } = await readNeeded(outside.ledger);
  const missing: string[] = [];
  const seen = new Set<string>([...required, ...named]);
  let kept = 0;
  const queue = inTurn([...seen], clock.now());
  while (queue.length > 0) {
    if (clock.now() >= deadline) {
      log.warn('not all blobs could be kept in time', { kept, left: queue.length });
      return { kept, missing };
    }
    const taken = queue.splice(0, concurrency);
    const found = await Promise.all(
      taken.map((digest) => putAgain(ownedBlobs(blobs, owners.get(digest)), digest as Digest)),
    );
    for (const [index, content] of found.entries()) {
      const digest = taken[index] ?? '';
      if (content === undefined || content === damaged) {
        if (content === damaged || required.has(digest)) missing.push(digest);
        continue;
      }
      kept += 1;
      const inner = [...new Set(digestsIn(content))].filter((each) => !seen.has(each));
      for (const each of inner) seen.add(each);
      // Whose a blob is, so is what it names.
      const owner = owners.get(digest);
      if (owner !== undefined) for (const each of inner) owners.set(each, owner);
      // What a blob names comes right after it: a run that is cut off has done some of them whole.
      queue.unshift(...inner);
    }
  }
  if (missing.length > 0)
    log.error('blobs that are needed are not there, or damaged', { missing: missing.slice(0, 20).join(', ') });
  return { kept, missing };
};

/** Beginning at another one each day, so that a run which has no time for all of them leaves out others each time. */
const inTurn = (digests: readonly string[], now: number): string[] => {
  const from = (Math.floor(now / 86_400_000) * stride) % Math.max(1, digests.length);
  return [...digests.slice(from), ...digests.slice(0, from)];
};

/** Every digest in a text: of blobs, and of images, which are none. */
const digestsIn = (text: string): readonly string[] => text.match(/(?<!@)sha256:[0-9a-f]{64}\b/g) ?? [];

const damaged = Symbol('damaged');

/** What the blob holds; `undefined` where there is none under that digest. One that is damaged is left for people, and stops no other. */
const putAgain = async (blobs: Blobs, digest: Digest): Promise<string | typeof damaged | undefined> => {
  try {
    const content = await blobs.get(digest);
    await blobs.put(content);
    return new TextDecoder().decode(content);
  } catch (error) {
    if (error instanceof Error && error.name === 'BlobMissing') return undefined;
    if (error instanceof Error && error.name === 'BlobCorrupt') return damaged;
    throw error;
  }
};

/** Digests in the ledger: of blobs that must be there, and others, some of which name no blob but what something hashes to. */
interface Needed {
  readonly required: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
  /** Of those that are a private target's: by whose mark they were put, and are put again. */
  readonly owners: Map<string, string>;
}

/** What all targets have and may go back to, and what the rollouts that have not ended work with. */
const readNeeded = async (ledger: Ledger): Promise<Needed> => {
  const open = (await listOpenRollouts(ledger)).filter(({ end }) => end === undefined);
  const standings = await queryAll(ledger, 'targets');
  // What a rollout of the fleet brought to a target that has become a private one since is the fleet's: its release names all targets.
  const ofTargets = standings.flatMap(({ data }) =>
    [data, ...standingsIn(data)].map((each) => ({
      owner: typeof each.rollout === 'string' ? ownerOf(each.rollout) : undefined,
      digests: digestsIn(JSON.stringify(each)),
    })),
  );
  const working = await Promise.all(
    open.map(async ({ rollout }) => ({
      owner: ownerOf(rollout),
      digests: (await queryAll(ledger, `rollout#${rollout}`)).flatMap(({ data }) => digestsIn(JSON.stringify(data))),
    })),
  );
  const ofReleases = open.map(({ rollout, release }) => ({ owner: ownerOf(rollout), digests: [release ?? []].flat() }));
  return {
    required: new Set([...ofTargets, ...ofReleases].flatMap(({ digests }) => digests)),
    named: new Set(working.flatMap(({ digests }) => digests)),
    owners: new Map(
      [...ofTargets, ...ofReleases, ...working].flatMap(({ owner, digests }) =>
        owner === undefined ? [] : digests.map((digest): [string, string] => [digest, owner]),
      ),
    ),
  };
};

/** The standings of a target, each of which says what rollout brought it. */
const standingsIn = ({ begun, verified, earlier = [] }: Data): readonly Data[] =>
  [begun, verified, earlier].flat().filter((each): each is Data => typeof each === 'object' && each !== null);
