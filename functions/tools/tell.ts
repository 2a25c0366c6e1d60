import type { Message } from '../../shared/notify/channels.ts';
import { notify } from '../../shared/notify/notify.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Audience } from '../../shared/rollout/audience.ts';

/** Tells people beside a step's own work, which goes on whether that could be done or not: a failure is logged by its name. */
export const tell = async (
  { path, ...message }: Omit<Message, 'link'> & { readonly path: string },
  outside: Outside,
  audience: Audience | Promise<Audience>,
): Promise<void> => {
  try {
    await notify({ ...message, link: `${outside.settings.console}${path}` }, outside, await audience);
  } catch (error) {
    outside.log.error('people could not be told', {
      key: message.key,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
};
