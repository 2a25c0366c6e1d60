import type { Actions } from '../../console/actions.ts';
import { createConsole } from '../../console/app.ts';
import { reading } from '../../console/reading.ts';
import type { openAudit } from '../audit/chained.ts';
import { settings } from './story-console.ts';

/** The console over what was done in a story of the audit log, as `ana` sees it. */
export const auditConsole = (story: ReturnType<typeof openAudit>): ReturnType<typeof createConsole> => {
  const clock = { ...story.clock, sleep: async () => undefined, after: () => () => undefined };
  return createConsole({
    // None is asked for anything.
    outside: { ledger: story.ledger, blobs: undefined as never, clock, settings: settings() },
    identify: async () => ({ name: 'ana', kind: 'person', roles: [] }),
    actions: {} as Actions,
    heads: story.anchor.list,
    pages: reading,
    assets: {},
  });
};
