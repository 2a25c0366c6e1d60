import { html } from 'hono/html';
import type { Html } from '../answer.ts';
import type { ApprovalView } from '../views/approval.ts';
import type { NamedObject, NamedView } from '../views/named-deletes.ts';
import { count, onTargets } from './fleet.ts';

/** What will be gone, object by object: nothing of it is folded away, since it is what an approval names. */
export const namedDeletes = (deletes: NamedView | undefined, targets: number): Html =>
  deletes === undefined
    ? html``
    : html`<section class="panel deletes" id="deletes"><h2>${count(deletes.count, 'delete')} to approve by name</h2>
<p class="quiet">${deletes.kinds.map(({ kind, count: many }) => `${many} ${kind}`).join(', ')}</p>
<ul>${deletes.objects.map((each) => object(each, targets))}</ul></section>`;

const object = ({ spoken, action, targets: on }: NamedObject, targets: number): Html =>
  html`<li><strong>${spoken}</strong> ${action === 'recreate' ? html`<span class="quiet">and makes it anew</span>` : ''} ${onTargets(on, targets)}</li>`;

/** Where the number of deletes is confirmed: typed, since a box is ticked by habit. */
export const namingField = ({ deletes, may, roles }: ApprovalView): Html => {
  if (deletes === undefined) return html``;
  const listed = html`<a href="#deletes">${count(deletes.count, 'delete')}</a>`;
  if (may.nameDeletes?.allowed !== true) {
    return html`<p class="refusal">You may not name its ${listed}: that takes ${deletes.people} of ${deletes.roles.join(', ')}. Your yes counts for the rest.</p>`;
  }
  const rest =
    may.namesOnly === true ? ` For the rest it takes ${roles.join(', ')}: your yes counts for the deletes.` : '';
  return html`<p class="warning">Only an approval that names them lets its ${listed} happen.${rest}</p>
<label for="deletes-named">Number of deletes that you approve by name <span class="quiet">needed to approve</span></label>
<input id="deletes-named" name="deletes" inputmode="numeric" pattern="${deletes.count}" title="their number, all targets together" required autocomplete="off">`;
};
