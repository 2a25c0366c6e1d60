import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { ApprovalView } from '../views/approval.ts';
import type { NamedObject, NamedView } from '../views/named-deletes.ts';
import { count } from './fleet.ts';

/** What will be gone, object by object: nothing of it is folded away, since it is what an approval names. */
export const namedDeletes = (deletes: NamedView | undefined, targets: number): Html =>
  deletes === undefined
    ? html``
    : html`<section class="panel deletes" id="deletes"><h2>Deletes ${count(deletes.count, 'object')}</h2>
<p class="quiet">${deletes.kinds.map(({ kind, count: many }) => `${many} ${kind}`).join(', ')}</p>
<ul>${deletes.objects.map((each) => object(each, targets))}</ul></section>`;

const object = ({ spoken, action, targets: on }: NamedObject, targets: number): Html =>
  html`<li><strong>${spoken}</strong> ${action === 'recreate' ? html`<span class="quiet">and makes it anew</span>` : ''}
<span class="quiet">${on.length === targets && targets > 1 ? `on all ${count(targets, 'target')}` : `on ${on.join(', ')}`}</span></li>`;

/** Where the number of deletes is confirmed: typed, since a box is ticked by habit. */
export const namingField = ({ deletes, may }: ApprovalView): Html => {
  if (deletes === undefined) return html``;
  const { roles, people, named, count: many } = deletes;
  const needs = `${named} of ${people} of ${roles.join(', ')} named them`;
  if (may.nameDeletes?.allowed !== true) {
    return html`<p class="refusal">It deletes ${count(many, 'object')}, which you may not approve by name: ${needs}. Your yes counts for the rest.</p>`;
  }
  return html`<p class="warning">It deletes <a href="#deletes">${count(many, 'object')}</a>, which only an approval by name lifts: ${needs}.</p>
<label for="deletes-named">How many objects does it delete? <span class="quiet">needed to approve</span></label>
<input id="deletes-named" name="deletes" inputmode="numeric" pattern="${many}" title="the number of objects in the list" required autocomplete="off">`;
};
