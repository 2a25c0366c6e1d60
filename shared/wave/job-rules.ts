import type { JobRules, TakenBack } from '../apply/jobs/read-jobs.ts';
import { BlobMissing, type Digest } from '../blobs/blobs.ts';
import { getJson } from '../blobs/json.ts';
import { readJobRecords } from '../ledger/jobs.ts';
import { readTargetState, type Standing, type TargetState } from '../ledger/target-state.ts';
import type { Outside } from '../outside/outside.ts';
import type { Release, ReleaseTarget, RenderedTarget } from '../rollout/release.ts';

type Stored = Pick<Outside, 'ledger' | 'blobs'>;

const withinOf = (release: Release, target: string): number =>
  release.waves.find(({ targets }) => targets.includes(target))?.settleWithinMs ?? 0;

/** The jobs of a release that is brought: those that ran on the target for it do not run again. */
export const jobsForward = async (
  release: Release,
  digest: Digest,
  target: string,
  { ledger }: Pick<Outside, 'ledger'>,
): Promise<JobRules> => ({
  records: await readJobRecords(ledger, target, digest),
  takenBack: [],
  withinMs: withinOf(release, target),
});

/** The jobs of a release that its own rollout takes back. Services whose failure is held or borne keep what it brought, and are not taken back. */
export const jobsBack = async (
  release: Release,
  digest: Digest,
  target: ReleaseTarget,
  { ledger, blobs }: Stored,
): Promise<JobRules> => {
  const { services } = await getJson<RenderedTarget>(blobs, target.rendered);
  const restored = services.filter(({ service }) => release.services[service]?.onFailure === 'rollback');
  const rendered: RenderedTarget = { target: target.name, services: restored };
  const records = await readJobRecords(ledger, target.name, digest);
  const takenBack = [{ release: digest, digest: target.rendered, rendered, records }];
  return { takenBack, withinMs: withinOf(release, target.name) };
};

/** The jobs of all releases that a rollback takes back from a target, newest first. One whose rendering is no longer kept has none. */
export const jobsOfRollback = async (
  release: Release,
  digest: Digest,
  target: string,
  stored: Stored,
): Promise<JobRules> => {
  const leaving = takenBackBy(await readTargetState(stored.ledger, target), digest);
  const takenBack = await Promise.all(leaving.map((standing) => readTakenBack(standing, target, stored)));
  return { takenBack: takenBack.flat(), withinMs: withinOf(release, target) };
};

/** What stands on a target since the release that comes back; where that is not remembered, only what stands there now. */
const takenBackBy = ({ begun, verified, earlier = [] }: TargetState, digest: Digest): readonly Standing[] => {
  // That the release which comes back was begun already does not say that what it takes back has gone.
  const all = [begun?.release === digest ? undefined : begun, verified, ...earlier].filter(
    (each): each is Standing => each !== undefined,
  );
  const distinct = all.filter(({ release }, place) => all.findIndex((each) => each.release === release) === place);
  const place = distinct.findIndex(({ release }) => release === digest);
  return place === -1 ? distinct.slice(0, 1) : distinct.slice(0, place);
};

const readTakenBack = async (
  { release, rendered: digest }: Standing,
  target: string,
  { ledger, blobs }: Stored,
): Promise<readonly TakenBack[]> => {
  try {
    const rendered = await getJson<RenderedTarget>(blobs, digest);
    return [{ release, digest, rendered, records: await readJobRecords(ledger, target, release) }];
  } catch (error) {
    if (error instanceof BlobMissing) return [];
    throw error;
  }
};
