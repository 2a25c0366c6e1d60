import { z } from 'zod';
import type { Sender } from '../artifact-event.ts';
import { imageFrom } from '../image.ts';

const schema = z.object({
  push_data: z.object({ tag: z.string() }),
  repository: z.object({ repo_name: z.string() }),
});

/** Docker Hub's webhook. It names a tag and never a digest, so it is always refused; the message says what to send instead. */
export const readDockerHub: Sender = (event) => {
  const { success, data } = schema.safeParse(event);
  if (!success) return undefined;
  const image = imageFrom(`docker.io/${data.repository.repo_name}`, undefined, data.push_data.tag);
  return 'code' in image ? image : undefined;
};
