import { z } from 'zod';
import type { ArtifactEvent, Sender } from '../artifact-event.ts';
import { imageFrom, shown, splitTag } from '../image.ts';
import { ignored, refused } from '../refusal.ts';

const notice = z.strictObject({ action: z.string(), digest: z.string().optional(), tag: z.string().optional() });
const pubSubPush = z.object({
  message: z.object({ data: z.base64(), messageId: z.string() }),
  subscription: z.string(),
});

/**
 * Google Artifact Registry's notice, as Pub/Sub pushes it (base64 in `message.data`) or by itself
 * (https://cloud.google.com/artifact-registry/docs/configure-notifications).
 */
export const readArtifactRegistry: Sender = (event, bodyId) => {
  const push = pubSubPush.safeParse(event);
  if (!push.success) {
    const bare = notice.safeParse(event);
    return bare.success ? readNotice(bare.data, bodyId) : undefined;
  }
  const { data, messageId } = push.data.message;
  const inside = notice.safeParse(parsed(Buffer.from(data, 'base64').toString('utf8')));
  if (inside.success) return readNotice(inside.data, messageId);
  return refused(
    422,
    'EVENT_MALFORMED',
    'Pub/Sub message: its data is not a notice of Artifact Registry; expected {"action", "digest", "tag"}',
  );
};

const readNotice = ({ action, digest, tag }: z.infer<typeof notice>, id: string): ArtifactEvent => {
  if (action !== 'INSERT') return ignored(`Artifact Registry reports ${shown(action)}, not INSERT`);
  const [repository, hash] = (digest ?? '').split('@', 2);
  const tagged = splitTag(tag ?? '');
  const image = imageFrom(repository || tagged.repository, hash, tagged.tag);
  return 'code' in image ? image : { outcome: 'artifact', ...image, source: 'google-artifact-registry', id };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
