import type { Data } from '../ledger/ledger.ts';
import type { Outside } from '../outside/outside.ts';
import { readArtifactEvent } from './artifact-event.ts';
import { admit, bodyHash, conclude, type Identity } from './deliveries.ts';
import type { Ignored, Refused } from './refusal.ts';
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
  // Git is loaded by the event that gets this far; most are repeats, or of images that nothing here pins.
  const { proposePin } = await import('./propose-pin.ts');
  const answer = await proposePin(outside, artifact, signal);
  if (answer.outcome === 'proposed') await conclude(outside.ledger, identity, { ...answer });
  return answer;
};

/** Only proposals are kept as answers: whatever else was answered may be different when the event comes again. */
const proposalIn = (answer: Data): Proposed => answer as Data & Proposed;
