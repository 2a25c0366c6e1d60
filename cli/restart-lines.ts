import { type RestartGroup, sayStep } from '../console/views/restart-groups.ts';

/** What restarts as lines of text, in its order and why; nothing is said too. Pure. */
export const restartLines = (groups: readonly RestartGroup[]): readonly string[] => groups.flatMap(linesOf);

const linesOf = ({ targets, order, steps, starts, later }: RestartGroup): readonly string[] => [
  steps.length === 0
    ? `  nothing restarts on ${targets.join(', ')}`
    : `  restarts${steps.length === 1 ? '' : `, ${order.replace('-', ' ')},`} on ${targets.join(', ')}:`,
  ...steps.flatMap((step, place) => [
    `    ${place + 1}. ${step.spoken}: ${sayStep(step)}`,
    ...step.causes.map((cause) => `       because ${cause}`),
  ]),
  ...starts.map(({ spoken, after }) => `    ${spoken} is new and starts after ${after.join(', ')}`),
  ...later.map((effect) => `    not yet: ${effect}`),
];
