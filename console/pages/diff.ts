import { html } from 'hono/html';
import { type ActionCounts, actions, type FieldChange } from '../../shared/rollout/plan.ts';
import type { Html } from '../answer.ts';
import type { DiffGroup } from '../views/diff-groups.ts';
import { count } from './fleet.ts';

/** The differences of a wave, group by group: what is dangerous or odd is open. */
export const diffGroups = (groups: readonly DiffGroup[], targets: number): Html =>
  groups.length === 0
    ? html`<p class="quiet">Nothing differs.</p>`
    : html`<ul class="diff">${groups.map((each, at) => group(each, targets, at))}</ul>`;

const group = (each: DiffGroup, targets: number, at: number): Html => {
  const isWarned = each.danger !== undefined || each.odd;
  const where =
    each.targets.length === targets ? `all ${count(targets, 'target')} alike` : count(each.targets.length, 'target');
  return html`<li class="${isWarned ? 'warned' : ''}"><details id="diff-${at}" open>
<summary><span class="action ${each.action}">${each.action}</span> <strong>${each.spoken}</strong>
<span class="quiet">${each.service}</span>
${each.danger === undefined ? '' : html`<span class="note bad">${each.danger}</span>`}
${each.odd ? html`<span class="note">differs from most</span>` : ''}
<span class="where">${where}</span></summary>
${each.targets.length === targets ? '' : html`<p class="quiet">Only on ${each.targets.join(', ')}</p>`}
${fieldTable(each.fields)}</details></li>`;
};

/** Field by field: path, value before, value after. */
export const fieldTable = (
  fields: readonly Pick<FieldChange, 'path' | 'replaces' | 'with' | 'replacesHash' | 'withHash'>[],
): Html => {
  const shown = fields.filter(({ path }) => path !== '');
  if (shown.length === 0) return html``;
  return html`<dl class="fields">${shown.map(
    (field) => html`<div><dt><code>${field.path}</code></dt>
<dd>${field.replaces === undefined && field.replacesHash === undefined ? '' : html`<del>${field.replaces ?? field.replacesHash?.slice(0, 19)}</del>`}
${field.with === undefined && field.withHash === undefined ? '' : html`<ins>${field.with ?? field.withHash?.slice(0, 19)}</ins>`}
${[field.replaces, field.with, field.replacesHash, field.withHash].every((value) => value === undefined) ? html`<span class="quiet">not shown: a Secret, or an owner; by hash in the raw plan of each target</span>` : ''}</dd></div>`,
  )}</dl>`;
};

/** `2 create · 6 change · 0 migrate · …`: zeros are said, they are what one looks for. */
export const countsLine = (counts: ActionCounts): Html =>
  html`<p class="counts">${actions.map(
    (action) => html`<span class="${counts[action] > 0 ? action : 'quiet'}"><b>${counts[action]}</b> ${action}</span>`,
  )}</p>`;
