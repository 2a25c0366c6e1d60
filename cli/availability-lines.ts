import { budgetWords, objectiveWords, slotWords } from '../console/views/availability-words.ts';
import type { AvailabilityStanding } from '../shared/availability/assess-objective-standings.ts';
import type { Paint } from './progress.ts';

/** More lines than this push away what else is said. */
const mostLines = 20;

/** What people look for first: who is out or has broken an objective, or was not probed; all others in one line, counts added. Pure. */
export const availabilityLines = (standings: readonly AvailabilityStanding[], paint: Paint): readonly string[] => {
  const isTold = ({ outage, state, slots }: AvailabilityStanding) =>
    outage !== undefined || state === 'broken' || slots.missing > 0;
  const told = standings.filter(isTold);
  const rest = [...standings.filter((each) => !isTold(each)), ...told.slice(mostLines)];
  return [
    ...told.slice(0, mostLines).map((each) => lineOf(each, paint)),
    ...(rest.length === 0 ? [] : [summaryOf(rest)]),
  ];
};

const lineOf = (standing: AvailabilityStanding, paint: Paint): string => {
  const { target, gate, failures, requests, failuresWithRetry, outage } = standing;
  const counts = `${failures} of ${requests} first attempts failed, ${failuresWithRetry} twice`;
  const figures = `${objectiveWords(standing)}; ${counts}; budget ${budgetWords(standing)}; minutes ${slotWords(standing)}`;
  const line = `availability  ${target} ${gate}: ${figures}`;
  return outage === undefined ? `  ${line}` : `  ${paint('red', 'OUT')} ${line}; ${outage.because}`;
};

const summaryOf = (standings: readonly AvailabilityStanding[]): string => {
  const sum = (count: (standing: AvailabilityStanding) => number) =>
    standings.reduce((total, each) => total + count(each), 0);
  const targets = new Set(standings.map(({ target }) => target)).size;
  const states = (['met', 'broken', 'unknown'] as const).flatMap((state) => {
    const count = sum((each) => (each.state === state ? 1 : 0));
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const counts = `${sum((each) => each.failures)} of ${sum((each) => each.requests)} first attempts failed`;
  return `  availability  ${targets} ${targets === 1 ? 'target' : 'targets'}, objectives: ${states.join(', ')}; ${counts}`;
};
