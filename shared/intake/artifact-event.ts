import type { Image } from './image.ts';
import { type Ignored, ignored, type Refused, refused } from './refusal.ts';
import { readArtifactRegistry } from './senders/artifact-registry.ts';
import { readCdEvents } from './senders/cdevents.ts';
import { readDockerHub } from './senders/docker-hub.ts';
import { readEventBridge } from './senders/eventbridge.ts';
import { readGitHubPackage } from './senders/github-package.ts';
import { readHarbor } from './senders/harbor.ts';
import { readPlain } from './senders/plain.ts';

/** What every sender's event comes down to: this image was published. */
export interface Artifact extends Image {
  readonly outcome: 'artifact';
  /** The service it is for, when the sender said so. */
  readonly service?: string;
  /** Who says so: the sender and its own name for where the event comes from. */
  readonly source: string;
  /** The sender's id of the event; the digest of the body where it has none. */
  readonly id: string;
}

export type ArtifactEvent = Artifact | Ignored | Refused;

/** Reads an event of one sender; `undefined` when it is not of that sender. `bodyId` stands in for a missing id. */
export type Sender = (event: unknown, bodyId: string) => ArtifactEvent | undefined;

/** More than one never matches: each asks for fields that only its sender has. */
const senders: readonly Sender[] = [
  readCdEvents,
  readGitHubPackage,
  readHarbor,
  readDockerHub,
  readArtifactRegistry,
  readPlain,
];

/**
 * What an event says, decided by its fields and never by a header: an image by digest, or why it asks for nothing, or why it is
 * refused. Events on the bus are read out of their EventBridge envelope. Changes nothing.
 */
export const readArtifactEvent = (event: unknown, bodyId: string): ArtifactEvent => {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return refused(
      400,
      'EVENT_MALFORMED',
      'artifact event: expected a JSON object; send {"image": "registry/repository@sha256:..."}',
    );
  }
  const direct = firstOf(senders, event, bodyId);
  if (direct !== undefined) return direct;
  const inside = readEventBridge((detail, id) => firstOf(senders, detail, id))(event, bodyId);
  return (
    inside ??
    ignored(
      `not an artifact event: none of the known senders has the fields ${Object.keys(event).sort().slice(0, 8).join(', ')}`,
    )
  );
};

const firstOf = (among: readonly Sender[], event: unknown, bodyId: string): ArtifactEvent | undefined => {
  for (const sender of among) {
    const read = sender(event, bodyId);
    if (read !== undefined) return read;
  }
  return undefined;
};
