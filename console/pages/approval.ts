import { html } from 'hono/html';
import type { Actor } from '../../shared/access/authorise.ts';
import { countChanges } from '../../shared/rollout/plan.ts';
import type { Html } from '../answer.ts';
import type { ApprovalView, EvidenceOfWave } from '../views/approval.ts';
import { quantity } from '../views/gates.ts';
import { shortCommit, shortDigest } from '../views/standing-text.ts';
import { countsLine, diffGroups } from './diff.ts';
import { findingsPanel } from './findings.ts';
import { flagsPanel } from './flags.ts';
import { count } from './fleet.ts';
import { jobsPanel } from './jobs.ts';
import { keptPanel } from './kept.ts';
import { namedDeletes, namingField } from './named-deletes.ts';
import { restartGroups } from './restarts.ts';
import { badge, glyph, verdictLooks, waveLooks } from './status.ts';
import { duration, relativeTime } from './time.ts';

/** What exactly will change, where, is it safe so far, may I approve, what if it goes wrong. */
export const approvalPage = (view: ApprovalView, actor: Actor): Html => html`
<header class="page"><h1>Approve <code>${shortCommit(view.commit)}</code> for ${view.wave}</h1>
<p class="quiet">${count(view.targets.length, 'target')} · <a href="/rollouts/${view.rollout}">rollout</a> by ${view.startedBy} ·
release <code title="${view.release}">${shortDigest(view.release)}</code></p></header>
${standing(view)}
<div class="columns">
<div>
${namedDeletes(view.deletes, view.targets.length)}
${budgets(view)}
<section class="panel"><h2>What changes</h2>${countsLine(view.counts)}${diffGroups(view.groups, view.targets.length)}</section>
<section class="panel"><h2>What restarts</h2>${restartGroups(view.restarts, view.targets.length)}</section>
${jobsPanel(view.jobs, view.targets.length)}
${flagsPanel(view.flags)}
${keptPanel(view.kept, view.targets.length)}
${findingsPanel(view.findings, view.targets.length)}
</div>
<div>
<section class="panel"><h2>Evidence so far</h2>${
  view.evidence.length === 0
    ? html`<p class="quiet">This is the first wave: nothing has run this release yet.</p>`
    : html`<ul class="evidence">${view.evidence.map(evidence)}</ul>`
}</section>
<section class="panel"><h2>Where, and the way back</h2>${targets(view)}</section>
</div>
</div>
${view.state === 'open' ? decisionForm(view, actor) : ''}`;

const standing = (view: ApprovalView): Html => {
  const { votes, roles, people, state, askedAt, expiresAt, authors } = view;
  const said = votes.map(
    ({ by, vote, comment, at, deletes }) =>
      html`<li>${by} ${vote === 'approve' ? 'said yes' : 'said no'}${deletes === undefined ? '' : ` to ${count(deletes, 'delete')}`} ${relativeTime(at)}${comment === '' ? '' : html`: “${comment}”`}</li>`,
  );
  const yes = votes.filter(({ vote, deletesOnly }) => vote === 'approve' && deletesOnly !== true).length;
  const sentences: Readonly<Record<ApprovalView['state'], Html>> = {
    open: html`Needs ${people} of ${roles.join(', ')}, has ${yes}${needsNaming(view)}. Asked ${relativeTime(askedAt)}, expires ${relativeTime(expiresAt)}.`,
    approved: html`Approved by ${votes.map(({ by }) => by).join(', ')}.`,
    rejected: html`Rejected. Nothing was written for it.`,
    expired: html`Expired ${relativeTime(expiresAt)}: nobody decided in time.`,
    closed: html`No longer asked: the wave has gone on or ended without it.`,
  };
  const looks = {
    open: waveLooks['waiting-for-approval'],
    approved: waveLooks.passed,
    rejected: waveLooks.refused,
    expired: waveLooks.aborted,
    closed: waveLooks.superseded,
  };
  const words = { open: 'open', approved: 'approved', rejected: 'rejected', expired: 'expired', closed: 'closed' };
  return html`<section class="situation ${looks[state].tone}"><p class="sentence" role="status">${badge({ ...looks[state], word: words[state] })}
<span>${sentences[state]}</span></p>
${authors.length === 0 ? '' : html`<p class="quiet">Written or merged by ${authors.join(', ')}, who may not approve it.</p>`}
${said.length === 0 ? '' : html`<ul class="votes">${said}</ul>`}</section>`;
};

/** What a yes also says: that the wave is entered although there is no budget for it. */
const budgets = (view: ApprovalView): Html =>
  view.budgets.length === 0
    ? html``
    : html`<section class="panel"><h2>No error budget</h2>
<p>Whoever approves lifts it for this plan, by name; say why in the comment.</p>
<ul>${view.budgets.map((budget) => html`<li>${budget}</li>`)}</ul></section>`;

const needsNaming = ({ deletes }: ApprovalView): string =>
  deletes === undefined
    ? ''
    : `; ${deletes.people} of ${deletes.roles.join(', ')} to name its ${count(deletes.count, 'delete')}, has ${deletes.named}`;

const evidence = ({ wave, status, done, total, startedAt, endedAt, gates }: EvidenceOfWave): Html => html`
<li><p>${badge(waveLooks[status])} <strong>${wave}</strong> <span>${done}/${total}</span>
<span class="quiet">${startedAt === undefined || endedAt === undefined ? '' : `in ${duration(endedAt - startedAt)}`}</span></p>
<ul>${gates.map(
  (gate) => html`<li>${glyph(verdictLooks[gate.verdict])} ${gate.gate}
<span class="quiet">${gate.passed}/${gate.of} pass${gate.worst.value === undefined ? '' : html`, worst ${quantity(gate.worst.value, gate.unit)}`}${
    gate.limit === undefined ? '' : html` (${gate.limit})`
  }</span></li>`,
)}</ul></li>`;

const targets = (view: ApprovalView): Html => html`
<ul class="where">${view.targets.map(
  ({
    target,
    provider,
    region,
    counts,
    wayBack,
  }) => html`<li><div><strong>${target}</strong> <span class="quiet">${provider} ${region}</span></div>
<span class="quiet">${wayBack === undefined ? 'nothing to go back to' : html`back to <code>${wayBack}</code>`}</span>
<a href="/approvals/${view.approval}/plan?target=${encodeURIComponent(target)}">${countChanges(counts)} changes, raw</a></li>`,
)}${view.unreachable.map(
  ({ target, because }) =>
    html`<li class="bad"><div><strong>${target}</strong></div><span>not reachable, nothing will be written: ${because}</span></li>`,
)}</ul>`;

const decisionForm = (view: ApprovalView, actor: Actor): Html => {
  const { approve, reject } = view.may;
  const refusal = approve.allowed ? '' : html`<p class="refusal" id="why-not">${approve.because}</p>`;
  return html`
<form class="decide" method="post" action="/approvals/${view.approval}">
<input type="hidden" name="plan" value="${view.plan}">
<p class="digest"><span>Plan digest</span> <code>${view.plan}</code> <span class="quiet">this, and nothing else, is what ${actor.name} approves</span></p>
${refusal}
${namingField(view)}
<label for="comment">Comment <span class="quiet">needed to reject</span></label>
<input id="comment" name="comment" maxlength="2000" autocomplete="off">
<div class="buttons">
<button class="button primary" name="vote" value="approve" data-decides${approve.allowed ? '' : html` disabled aria-describedby="why-not"`}>Approve ${shortCommit(view.commit)} for ${view.wave}</button>
<button class="button destructive" name="vote" value="reject" formnovalidate data-decides${reject.allowed ? '' : html` disabled`}>Reject</button>
</div></form>`;
};
