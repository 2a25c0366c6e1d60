import { z } from 'zod';
import type { Sender } from '../artifact-event.ts';
import { imageFrom, shown, splitTag } from '../image.ts';
import { ignored, refused } from '../refusal.ts';

const schema = z.object({
  type: z.string(),
  occur_at: z.number(),
  event_data: z.object({
    resources: z
      .array(z.object({ digest: z.string().optional(), tag: z.string().optional(), resource_url: z.string() }))
      .min(1),
    repository: z.object({ repo_full_name: z.string() }),
  }),
});

/** Harbor's `PUSH_ARTIFACT` webhook (https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/). */
export const readHarbor: Sender = (event, bodyId) => {
  const { success, data } = schema.safeParse(event);
  if (!success) return undefined;
  if (data.type !== 'PUSH_ARTIFACT') return ignored(`Harbor reports ${shown(data.type)}, not the push of an artifact`);
  const [pushed, ...others] = data.event_data.resources;
  if (pushed === undefined || others.some(({ digest }) => digest !== pushed.digest)) {
    return refused(422, 'EVENT_MALFORMED', 'Harbor event names several artifacts; expected one push an event');
  }
  const { repository } = splitTag(pushed.resource_url.split('@')[0] ?? '');
  const image = imageFrom(repository, pushed.digest, pushed.tag);
  const source = `harbor ${shown(data.event_data.repository.repo_full_name)}`;
  return 'code' in image ? image : { outcome: 'artifact', ...image, source, id: bodyId };
};
