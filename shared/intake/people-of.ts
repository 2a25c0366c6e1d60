import type { Outside } from '../outside/outside.ts';
import { commitAt, pullNumbered, pullsOf, writersBetween } from './github.ts';

/**
 * Logins of everyone who opened, wrote or merged a commit, sorted: they may not approve its rollout. It is what a merge event would tell,
 * asked of the API, for a rollout that is started before the event has come. Of a branch that was pushed without a merge only the newest
 * commit is looked at; the event tells the rest. Throws as `commitAt` does.
 */
export const peopleOf = async (outside: Outside, commit: string, signal: AbortSignal): Promise<readonly string[]> => {
  const found = await commitAt(outside, commit, signal);
  const [parent] = found?.parents ?? [];
  const writers = parent === undefined ? [] : await writersBetween(outside, parent, commit, signal);
  const people = new Set([...(found?.people ?? []), ...writers]);
  for (const pull of await pullsOf(outside, commit, signal)) {
    // Only a pull request that is asked for by its number says who merged it.
    const { user, merged_by: mergedBy } = (await pullNumbered(outside, pull.number, signal)) ?? pull;
    for (const account of [user, mergedBy]) if (account) people.add(account.login);
  }
  return [...people].sort();
};
