import { z } from 'zod';
import type { Sender } from '../artifact-event.ts';
import { parseImage, shown } from '../image.ts';
import { refused } from '../refusal.ts';

const schema = z.strictObject({
  image: z.string(),
  service: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected lower-case letters, digits and hyphens')
    .optional(),
  source: z.string().max(200).optional(),
  id: z.string().min(1).max(200).optional(),
});

/** Our own event, for any build: `{ "image": "registry/repository@sha256:...", "service"?, "source"?, "id"? }`, nothing else in it. */
export const readPlain: Sender = (event, bodyId) => {
  if (typeof event !== 'object' || event === null || !('image' in event)) return undefined;
  const { success, data, error } = schema.safeParse(event);
  if (!success) {
    const mistakes = error.issues
      .map(({ path, message }) => shown(`${path.join('.') || 'event'}: ${message}`))
      .join('; ');
    return refused(
      422,
      'EVENT_MALFORMED',
      `artifact event: ${mistakes}; expected image and, where wanted, service, source, id`,
    );
  }
  const image = parseImage(data.image);
  if ('code' in image) return image;
  const service = data.service === undefined ? {} : { service: data.service };
  return { outcome: 'artifact', ...image, ...service, source: shown(data.source ?? 'tidegate'), id: data.id ?? bodyId };
};
