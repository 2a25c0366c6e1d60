import { html } from 'hono/html';
import type { Permission } from '../../shared/access/authorise.ts';
import { type Hold, nameOf } from '../../shared/rollout/holds.ts';
import type { Html } from '../answer.ts';
import type { May } from '../app.ts';
import type { FleetView } from '../views/fleet.ts';
import type { RolloutView } from '../views/rollout.ts';
import { shortCommit } from '../views/standing-text.ts';
import { relativeTime } from './time.ts';

/** What somebody may do, or in its place the sentence that says why they may not: nobody is shown a button that does nothing. */
export const orWhyNot = (permission: Permission, form: Html): Html =>
  permission.allowed ? form : html`<p class="quiet">${permission.because}.</p>`;

/** So many that alerts hold are shown at once: a storm of them must not push the fleet off the page. */
const shownAlerts = 5;

/** Everything that is held, people's holds first; what goes beyond some alerts is folded away. */
export const heldCalls = (holds: readonly Hold[], may: May): Html => {
  const alerts = holds.filter(({ kind }) => kind === 'alert');
  const more = alerts.slice(shownAlerts);
  return html`${holds.filter(({ kind }) => kind !== 'alert').map((hold) => heldCall(hold, may))}${alerts.slice(0, shownAlerts).map((hold) => alertCall(hold, may))}${
    more.length === 0
      ? ''
      : html`<details class="more-held" id="more-held"><summary>${more.length} more held by alerts</summary>${more.map((hold) => alertCall(hold, may))}</details>`
  }`;
};

/** What alerts hold, and the form by which somebody lets releases by while they fire. */
const alertCall = (hold: Hold, may: May): Html => {
  const { scope, name, by, because, at } = hold;
  const id = `held-alert-${scope}-${name}`.replaceAll(/[^\w-]/g, '-');
  return html`<section class="call" id="${id}">
<div><h2>${capital(nameOf(hold))} by ${by}</h2>
<p>${because} (since ${relativeTime(at)}). Nothing is begun there until it resolves; ways back may pass.</p></div>
${orWhyNot(
  may('lift'),
  html`<details class="act" id="${id}-waive"><summary>Waive…</summary>
<form method="post" action="/holds/lift">${fields(hold)}
<p>Releases go by while it fires, in your name. What begins to fire later holds again.</p>
<label for="${id}-comment">Why</label><input id="${id}-comment" name="comment" required maxlength="500" autocomplete="off">
<button class="button destructive">Waive</button></form></details>`,
)}
</section>`;
};

/** What is held, by whom and why, and the button that lets it go on. */
const heldCall = (hold: Hold, may: May): Html => {
  const { kind, scope, name, by, because, at, until, allowsRollback } = hold;
  const id = `held-${kind}-${scope}-${name}`.replaceAll(/[^\w-]/g, '-');
  return html`<section class="call" id="${id}">
<div><h2>${capital(nameOf(hold))}</h2>
<p>${because} (${by}, ${relativeTime(at)}${until === undefined ? '' : html`, ends ${relativeTime(until)}`}). ${
    allowsRollback ? 'Ways back may pass.' : 'Nothing is written, ways back neither.'
  }</p></div>
${orWhyNot(
  may('lift'),
  html`<form method="post" action="/holds/lift">${fields(hold)}<button class="button">${kind === 'freeze' ? 'Thaw' : 'Resume'}</button></form>`,
)}
</section>`;
};

/** Stops everything, or freezes a part of the fleet. */
export const holdForms = (view: FleetView, may: May): Html => orWhyNot(may('hold'), freezeAndHalt(view));

const freezeAndHalt = ({ waves, holds }: FleetView): Html => html`
<details class="act" id="freeze"><summary>Freeze…</summary>
<form method="post" action="/holds"><input type="hidden" name="kind" value="freeze">
<p>Nothing of a release is written where it applies, from the next write on; what is under way waits.</p>
<label for="freeze-scope">What</label>
<select id="freeze-scope" name="scope">${['fleet', 'wave', 'target', 'service', 'source'].map((scope) => html`<option>${scope}</option>`)}</select>
<label for="freeze-name">Its name <span class="quiet">as ${waves[0]?.wave ?? 'external'}; empty for the fleet</span></label>
<input id="freeze-name" name="name" maxlength="200" autocomplete="off">
<label for="freeze-comment">Why</label><input id="freeze-comment" name="comment" required maxlength="500" autocomplete="off">
<label for="freeze-for">For how long <span class="quiet">as 12h; empty until it is thawed</span></label>
<input id="freeze-for" name="for" pattern="[1-9][0-9]{0,3}[mhd]" autocomplete="off">
<label for="freeze-rollback">Ways back</label>
<select id="freeze-rollback" name="rollback"><option value="yes">may pass</option><option value="no">are held too</option></select>
<button class="button destructive">Freeze</button></form></details>
${
  holds.some(({ kind }) => kind === 'halt')
    ? ''
    : html`<details class="act" id="halt"><summary>Halt everything…</summary>
<form method="post" action="/holds"><input type="hidden" name="kind" value="halt"><input type="hidden" name="scope" value="fleet">
<p>Nothing more is written anywhere, ways back neither, until somebody resumes it.</p>
<label for="halt-comment">Why</label><input id="halt-comment" name="comment" required maxlength="500" autocomplete="off">
<button class="button destructive">Halt everything</button></form></details>`
}`;

/** Pauses a rollout under way, or ends it where it is, or with a way back. */
export const endForms = ({ end, rollout, commit }: RolloutView, may: May): Html =>
  end !== undefined
    ? html``
    : html`${orWhyNot(
        may('hold'),
        html`<details class="act" id="pause"><summary>Pause…</summary>
<form method="post" action="/holds"><input type="hidden" name="kind" value="pause"><input type="hidden" name="scope" value="rollout">
<input type="hidden" name="name" value="${rollout}"><p>It stands where it is, with nothing more written, until it is resumed on the fleet page.</p>
<label for="pause-comment">Why</label><input id="pause-comment" name="comment" required maxlength="500" autocomplete="off">
<button class="button">Pause ${shortCommit(commit)}</button></form></details>`,
      )}${orWhyNot(
        may('abort'),
        html`<details class="act" id="hold"><summary>Hold…</summary>
<form method="post" action="/aborts"><input type="hidden" name="rollout" value="${rollout}"><input type="hidden" name="keep" value="yes">
<p>It ends where it is: what it has written stays, its flags too, and nothing goes back.</p>
<label for="hold-comment">Why</label><input id="hold-comment" name="comment" required maxlength="500" autocomplete="off">
<button class="button destructive">Hold ${shortCommit(commit)}</button></form></details>
<details class="act" id="abort"><summary>Abort…</summary>
<form method="post" action="/aborts"><input type="hidden" name="rollout" value="${rollout}">
<p>It ends, and what it changed goes back.</p>
<label for="abort-comment">Why</label><input id="abort-comment" name="comment" required maxlength="500" autocomplete="off">
<button class="button destructive">Abort ${shortCommit(commit)}</button></form></details>`,
      )}`;

const fields = ({ kind, scope, name }: Hold): Html =>
  html`${Object.entries({ kind, scope, name }).map(
    ([field, value]) => html`<input type="hidden" name="${field}" value="${value}">`,
  )}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
