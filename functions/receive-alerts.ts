import { takeAlerts } from '../shared/alerts/take-alerts.ts';
import { receiveAlerts as receive } from '../shared/intake/receive-alerts.ts';
import { type HttpTask, httpTask } from '../shared/lambda/http-task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import { lambdaOutside } from './outside.ts';
import { alertTools } from './tools/alerts.ts';

/** `POST /hooks/alerts`: what fires outside stops what runs there, and holds what is to come. */
export const receiveAlerts = (all: Outside): HttpTask =>
  httpTask(all, async (delivery, _, outside) => {
    const answer = await receive(outside, delivery, (reports) => takeAlerts(reports, alertTools(outside), outside));
    return { status: answer.outcome === 'refused' ? answer.status : 200, body: answer };
  });

/** What Lambda calls. */
export const handler = receiveAlerts(lambdaOutside());
