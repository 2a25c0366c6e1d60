import type { Write } from '../../shared/ledger/ledger.ts';
import type { Message } from '../../shared/notify/channels.ts';
import { noticeRows, notify } from '../../shared/notify/notify.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Audience } from '../../shared/rollout/audience.ts';

/** What people are told, and the page of the console where more is to be seen. */
type Notice = Omit<Message, 'link'> & { readonly path: string };

/** The rows of what people are told, for the write of what it tells of. Throws what the ledger throws. */
export const noticeOf = (notice: Notice, outside: Outside, audience: Audience): Promise<readonly Write[]> =>
  noticeRows(linked(notice, outside), outside, audience);

/** Tells people, beside no other write. Throws what the ledger throws: who answers to somebody is asked again. Twice is as once. */
export const keepNotice = (notice: Notice, outside: Outside, audience: Audience): Promise<void> =>
  notify(linked(notice, outside), outside, audience);

/** Tells people of what is seen again while it lasts. The step goes on whether that could be done or not: a failure is logged by its name. */
export const tell = async (notice: Notice, outside: Outside, audience: Audience): Promise<void> => {
  try {
    await keepNotice(notice, outside, audience);
  } catch (error) {
    outside.log.error('people could not be told', {
      key: notice.key,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
};

const linked = ({ path, ...message }: Notice, { settings }: Pick<Outside, 'settings'>): Message => ({
  ...message,
  link: `${settings.console}${path}`,
});
