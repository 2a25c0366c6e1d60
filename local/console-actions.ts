import type { Actions } from '../console/actions.ts';
import { consoleActions as actions, type Elsewhere, within } from '../functions/tools/console-actions.ts';
import { type DiagnosedPlace, diagnose } from '../functions/tools/diagnosing.ts';
import type { Answer, Received } from '../shared/lambda/http-task.ts';
import type { Outside } from '../shared/outside/outside.ts';
import type { LocalFunctions } from './functions.ts';

/** How long planning a whole fleet for a person may take. */
const planMs = 120_000;

/** What the console and the command line set in motion on one machine. */
export const consoleActions = (outside: Outside, functions: LocalFunctions): Actions => {
  const place: DiagnosedPlace = outside.settings.simulated ? 'simulated' : 'here';
  const elsewhere: Elsewhere = {
    receiveMerge: (received: Received) => deliverTo(functions, 'receiveMerge', received),
    receiveArtifact: (received: Received) => deliverTo(functions, 'receiveArtifact', received),
    receiveAlerts: (received: Received) => deliverTo(functions, 'receiveAlerts', received),
    receiveTest: (received: Received) => deliverTo(functions, 'receiveTest', received),
    diagnose: (target, _, hidden) =>
      within(outside, planMs, (signal) => diagnose(target, place, outside, signal, hidden)),
  };
  return actions(outside, elsewhere, planMs);
};

const deliverTo = async (
  functions: LocalFunctions,
  name: 'receiveMerge' | 'receiveArtifact' | 'receiveAlerts' | 'receiveTest',
  { headers, body, url = '' }: Received,
): Promise<Answer> => {
  const [rawPath = '', rawQueryString = ''] = url.split('?');
  const sent = { body: Buffer.from(body).toString('base64'), isBase64Encoded: true };
  const event = { version: '2.0', rawPath, rawQueryString, headers, ...sent };
  const answer = (await functions.call(name, event)) as { readonly statusCode: number; readonly body: string };
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
};
