import { html } from 'hono/html';
import { spoken } from '../../shared/apply/object-id.ts';
import type { Approval } from '../../shared/approval/approval.ts';
import { countActions } from '../../shared/rollout/plan.ts';
import type { Html } from '../answer.ts';
import type { FoundOnTarget } from '../views/findings.ts';
import { groupKept } from '../views/kept.ts';
import { groupJobs } from '../views/planned-jobs.ts';
import { groupRestarts } from '../views/restart-groups.ts';
import { countsLine, fieldTable } from './diff.ts';
import { findingList } from './findings.ts';
import { jobsPanel } from './jobs.ts';
import { keptPanel } from './kept.ts';
import { restartGroups } from './restarts.ts';

/** The plan of one target as it is, object by object, nothing grouped: what the plan digest covers. */
export const planOfTargetPage = ({ approval, wave }: Approval, { plan, findings }: FoundOnTarget): Html => html`
<header class="page"><h1>Plan of ${plan.target}</h1>
<p class="quiet">In apply order, as the plan digest covers it. <a href="/approvals/${approval}">Approval of ${wave}</a></p></header>
${countsLine(countActions([plan]))}
${findingList(findings)}
${keptPanel(groupKept([plan]), 1)}
${jobsPanel(groupJobs([plan]), 1)}
<ol class="diff">${plan.objects.map(
  (
    object,
  ) => html`<li><p><span class="action ${object.action}">${object.action}</span> <strong>${spoken(object.id)}</strong>
<span class="quiet">${object.service}</span></p>${fieldTable(object.fields)}</li>`,
)}</ol>
<section class="panel"><h2>What restarts</h2>${restartGroups(groupRestarts([plan]), 1)}</section>`;
