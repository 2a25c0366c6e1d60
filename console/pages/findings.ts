import { html } from 'hono/html';
import { countFindings, describeFindings, type Finding } from '../../shared/rollout/plan.ts';
import type { Html } from '../answer.ts';
import type { FindingGroup } from '../views/findings.ts';
import { count } from './fleet.ts';

/** What will have trouble: what the plan touches stands open, what was there before and stays is one click away. */
export const findingsPanel = (findings: readonly FindingGroup[], targets: number): Html => {
  if (findings.length === 0) return html``;
  const [touched, left] = [findings.filter((each) => each.touched), findings.filter((each) => !each.touched)];
  return html`<section class="panel findings"><h2>Findings</h2>
<p class="quiet">${describeFindings(countFindings(findings))}</p>
${list(touched, targets)}
${left.length === 0 ? '' : html`<details id="findings-left"><summary>${left.length} about objects that stay as they are</summary>${list(left, targets)}</details>`}</section>`;
};

const list = (findings: readonly FindingGroup[], targets: number): Html =>
  html`<ul>${findings.map(
    (each) => html`<li>${severity(each)} ${each.because} ${rule(each)}
${each.targets.length === targets ? '' : html`<span class="quiet">on ${each.targets.length > 3 ? count(each.targets.length, 'target') : each.targets.join(', ')}</span>`}</li>`,
  )}</ul>`;

/** The findings of one target, as its plan has them. */
export const findingList = (findings: readonly Finding[]): Html =>
  findings.length === 0
    ? html``
    : html`<section class="findings"><h2>Findings</h2><ul>${findings.map(
        (each) => html`<li>${severity(each)} ${each.because} ${rule(each)}</li>`,
      )}</ul></section>`;

const rule = ({ rule: name }: Finding): Html => html`<code>${name}</code>`;

const notes = { error: 'note bad', warning: 'note', waived: 'quiet' } as const;

const severity = ({ severity: word }: Pick<Finding, 'severity'>): Html =>
  html`<span class="${notes[word]}">${word}</span>`;
