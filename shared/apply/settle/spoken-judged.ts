import { brief } from '../../rollout/outcome.ts';
import { spoken } from '../object-id.ts';
import type { Judged } from './assess-workload.ts';

/** Objects that have not settled, in a few words: the one that says most first, since a sign tells more than numbers of replicas. */
export const spokenJudged = (judged: readonly Judged[]): string => {
  const [first] = [...judged].sort((a, b) => Number(isVague(a)) - Number(isVague(b)));
  if (first === undefined) return '';
  const more = judged.length > 1 ? ` and ${judged.length - 1} more` : '';
  return `${spoken(first.id)} (${first.settled.reason}: ${brief(first.settled.message, 300)})${more}`;
};

const isVague = ({ sign }: Judged): boolean => sign === undefined || sign.is === 'slow';
