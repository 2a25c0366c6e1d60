import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import { type RestartGroup, type RestartStepView, sayStep } from '../views/restart-groups.ts';
import { count } from './fleet.ts';

/** What restarts, in its order and why; and what no restart brings into effect. Targets on which it is alike are one group. */
export const restartGroups = (groups: readonly RestartGroup[], targets: number): Html =>
  html`${groups.map((group) => restartGroup(group, targets))}`;

const restartGroup = ({ targets, order, steps, starts, later }: RestartGroup, of: number): Html => html`
<p class="quiet">${headline(steps.length, order)} on ${
  targets.length === of && of > 1 ? html`all ${count(of, 'target')} alike` : targets.join(', ')
}</p>
${steps.length === 0 ? '' : html`<ol class="restarts">${steps.map(restartStep)}</ol>`}
${starts.map(({ spoken, after }) => html`<p><strong>${spoken}</strong> <span class="quiet">is new and starts after ${after.join(', ')}</span></p>`)}
${
  later.length === 0
    ? ''
    : html`<ul class="later">${later.map((effect) => html`<li><span class="note">not yet</span> ${effect}</li>`)}</ul>`
}`;

const headline = (steps: number, order: RestartGroup['order']): string => {
  if (steps === 0) return 'Nothing restarts';
  return steps === 1 ? 'One workload restarts' : `${steps} workloads restart, ${order.replace('-', ' ')},`;
};

const restartStep = (step: RestartStepView): Html => html`<li><p><strong>${step.spoken}</strong>
<span class="quiet">${step.service}</span> <span class="where">${sayStep(step)}</span></p>
<ul>${step.causes.map((cause) => html`<li class="quiet">${cause}</li>`)}</ul></li>`;
