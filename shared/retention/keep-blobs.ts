import type { Blobs, Digest } from '../blobs/blobs.ts';
import type { Ledger, Row } from '../ledger/ledger.ts';
import { listRollouts } from '../ledger/rollouts.ts';
import { queryAll } from '../ledger/update.ts';
import type { Clock } from '../outside/clock.ts';
import type { Invocation, Outside } from '../outside/outside.ts';

/** So long a blob is there after it was put last. A test holds the bucket's lifecycle to it. */
export const blobDays = 400;

/** More rollouts than that are never under way. */
const mostOpen = 1_000;
/** Blobs that are read and put again at the same time. */
const concurrency = 16;

export interface KeptBlobs {
  /** How many were put again. */
  readonly kept: number;
  /** Releases and renderings that the ledger names, and that are not there. */
  readonly missing: readonly string[];
}

/**
 * Puts again every blob that somebody still needs, so that none of them grows old: what the targets have and may go back to, and what the
 * rollouts that have not ended work with, and all that these name in turn. Everything else goes `blobDays` after it was put last: by
 * the lifecycle of the bucket, or by `expireFolder`. So nothing is ever deleted by a look at what is needed, and no step can lose
 * what it is just about to use. Run it far more often than `blobDays`; twice is as once. What is not done by the deadline is left to the next run,
 * which begins with the same.
 */
export const keepBlobs = async (
  outside: Pick<Outside, 'ledger' | 'blobs' | 'log'> & { readonly clock: Pick<Clock, 'now'> },
  { deadline }: Pick<Invocation, 'deadline'>,
): Promise<KeptBlobs> => {
  const { blobs, clock, log } = outside;
  const { required, named } = await readNeeded(outside.ledger);
  const missing: string[] = [];
  const seen = new Set<string>([...required, ...named]);
  let kept = 0;
  let wave: readonly string[] = [...seen];
  while (wave.length > 0) {
    const next: string[] = [];
    for (let at = 0; at < wave.length; at += concurrency) {
      if (clock.now() >= deadline) {
        log.warn('not all blobs could be kept in time', { kept, left: wave.length - at });
        return { kept, missing };
      }
      const found = await Promise.all(
        wave.slice(at, at + concurrency).map((digest) => putAgain(blobs, digest as Digest)),
      );
      for (const [index, content] of found.entries()) {
        const digest = wave[at + index] ?? '';
        if (content === undefined) {
          if (required.has(digest)) missing.push(digest);
          continue;
        }
        kept += 1;
        for (const inner of digestsIn(content)) {
          if (seen.has(inner)) continue;
          seen.add(inner);
          next.push(inner);
        }
      }
    }
    wave = next;
  }
  if (missing.length > 0)
    log.error('blobs that the ledger names are not there', { missing: missing.slice(0, 20).join(', ') });
  return { kept, missing };
};

/** Every digest in a text: of blobs, and of images, which are none. */
const digestsIn = (text: string): readonly string[] => text.match(/(?<!@)sha256:[0-9a-f]{64}\b/g) ?? [];

/** What the blob holds; `undefined` where there is none under that digest. */
const putAgain = async (blobs: Blobs, digest: Digest): Promise<string | undefined> => {
  try {
    const content = await blobs.get(digest);
    await blobs.put(content);
    return new TextDecoder().decode(content);
  } catch (error) {
    if (error instanceof Error && error.name === 'BlobMissing') return undefined;
    throw error;
  }
};

/** Digests in the ledger: of blobs that must be there, and others, some of which name no blob but what something hashes to. */
interface Needed {
  readonly required: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
}

/** What all targets have and may go back to, and what the rollouts that have not ended work with. */
const readNeeded = async (ledger: Ledger): Promise<Needed> => {
  const open = (await listRollouts(ledger, mostOpen)).filter(({ end }) => end === undefined);
  const standings = await queryAll(ledger, 'targets');
  const working: Row[] = [];
  for (const { rollout } of open) working.push(...(await queryAll(ledger, `rollout#${rollout}`)));
  const releases = open.flatMap(({ release }) => release ?? []);
  return {
    required: new Set([...standings.flatMap(({ data }) => digestsIn(JSON.stringify(data))), ...releases]),
    named: new Set(working.flatMap(({ data }) => digestsIn(JSON.stringify(data)))),
  };
};
