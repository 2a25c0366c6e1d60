import { applyRequest } from './apply-request.ts';
import type { ComparedObject } from './compare-object.ts';
import { pathOf } from './discovery.ts';
import type { LiveObject } from './live-object.ts';
import { normalise } from './normalise.ts';
import { spoken } from './object-id.ts';
import { preconditionsOf } from './preconditions.ts';
import { type Writing, write } from './writing.ts';

/** What runs to an end would run once more. */
const runOnce = ['Job', 'Pod'];

/**
 * Creates once more what was deleted to be replaced and could not be: a replacement passes its trial and is refused all the same where
 * the server only then finds something taken (a Service's address). Returns what came of it, as the end of a sentence.
 */
export const putBack = async (writing: Writing, { id, served }: ComparedObject, live: LiveObject): Promise<string> => {
  const { name, namespace = '' } = live.metadata;
  if (runOnce.includes(live.kind)) return `${spoken(id)} is gone, and a ${live.kind} is not run again`;
  const manifest = normalise(live);
  const metadata = { ...manifest.metadata, ...preconditionsOf(undefined) };
  const written = await write(writing, {
    id,
    ...applyRequest(pathOf(served, namespace, name), { ...manifest, metadata }),
    readBack: async () => undefined,
  });
  if (written.status === 'answered' && written.answer.ok) return `the ${live.kind} it was to replace is there again`;
  const because = written.status === 'answered' && !written.answer.ok ? written.answer.refused.message : 'time is up';
  return `the ${live.kind} it was to replace is gone and could not be put back: ${because}`;
};
