import { getJson } from '../../shared/blobs/json.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { EvidenceRow, WaveRows } from './rollout-rows.ts';

/** Targets whose evidence is read; the others fail for the same reason more often than not. */
const mostTargets = 5;

/** What is stored as evidence: by settling, with events and logs; by applying, with what the API server answered. */
type Stored =
  | {
      readonly object: string;
      readonly reason: string;
      readonly events: readonly string[];
      readonly logs: readonly string[];
    }
  | { readonly id: string; readonly because: string; readonly code: string };

/** The evidence of the first failed deployments of a rollout, by target. */
export const readEvidence = async (
  waves: readonly WaveRows[],
  { blobs }: Pick<Outside, 'blobs'>,
): Promise<ReadonlyMap<string, readonly EvidenceRow[]>> => {
  const failed = waves
    .flatMap(({ forward, back }) => [...back.deployments.values(), ...forward.deployments.values()])
    .flatMap(({ target, evidence }) => (evidence === undefined ? [] : [{ target, evidence }]));
  const found = new Map<string, readonly EvidenceRow[]>();
  for (const { target, evidence } of failed) {
    if (found.size === mostTargets) break;
    if (!found.has(target)) found.set(target, (await getJson<readonly Stored[]>(blobs, evidence)).map(rowOf));
  }
  return found;
};

const rowOf = (stored: Stored): EvidenceRow =>
  'id' in stored
    ? { object: stored.id, because: `${stored.code}: ${stored.because}`, events: [], logs: [] }
    : { object: stored.object, because: stored.reason, events: stored.events, logs: stored.logs };
