import { isJsonObject, type JsonObject, type KubeObject, listAt, numberAt, objectAt, stringAt } from '../object.ts';
import { age, type Column, nameColumn, orNone, since, text, wide } from './column.ts';

const statusesOf = (pod: KubeObject, field: string): readonly JsonObject[] =>
  listAt(pod.status, field).filter(isJsonObject);

const endReason = (terminated: JsonObject): string => {
  const reason = stringAt(terminated, 'reason');
  if (reason) return reason;
  const signal = numberAt(terminated, 'signal') ?? 0;
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}`;
};

/** The word in the column STATUS: what holds the pod up, else its phase. After `printPod` of the API server's printers. */
const statusOf = (pod: KubeObject): string => {
  const initial = statusesOf(pod, 'initContainerStatuses');
  const total = listAt(pod.spec, 'initContainers').length;
  for (const [place, status] of initial.entries()) {
    const terminated = objectAt(status, 'state', 'terminated');
    if (terminated?.exitCode === 0) continue;
    if (terminated !== undefined) return deleting(pod, `Init:${endReason(terminated)}`);
    const waiting = stringAt(status, 'state', 'waiting', 'reason');
    const isHeld = waiting !== undefined && waiting !== 'PodInitializing';
    return deleting(pod, isHeld ? `Init:${waiting}` : `Init:${place}/${total}`);
  }
  let reason = stringAt(pod.status, 'reason') ?? stringAt(pod.status, 'phase') ?? '';
  let isAnyRunning = false;
  for (const status of statusesOf(pod, 'containerStatuses').toReversed()) {
    const waiting = stringAt(status, 'state', 'waiting', 'reason');
    const terminated = objectAt(status, 'state', 'terminated');
    if (waiting) reason = waiting;
    else if (terminated !== undefined) reason = endReason(terminated);
    else if (status.ready === true && objectAt(status, 'state', 'running') !== undefined) isAnyRunning = true;
  }
  if (reason === 'Completed' && isAnyRunning) reason = isReady(pod) ? 'Running' : 'NotReady';
  return deleting(pod, reason);
};

const deleting = ({ metadata }: KubeObject, reason: string) =>
  metadata.deletionTimestamp === undefined ? reason : 'Terminating';

const isReady = (pod: KubeObject) =>
  listAt(pod.status, 'conditions').some(
    (condition) => stringAt(condition, 'type') === 'Ready' && stringAt(condition, 'status') === 'True',
  );

const restartsOf = (pod: KubeObject, now: number): string => {
  const statuses = statusesOf(pod, 'containerStatuses');
  const restarts = statuses.reduce((sum, status) => sum + (numberAt(status, 'restartCount') ?? 0), 0);
  const ends = statuses.map((status) => stringAt(status, 'lastState', 'terminated', 'finishedAt') ?? '').toSorted();
  const last = ends.at(-1) ?? '';
  return restarts === 0 || last === '' ? String(restarts) : `${restarts} (${since(last, now)} ago)`;
};

const readyOf = (pod: KubeObject): string => {
  const ready = statusesOf(pod, 'containerStatuses').filter(
    (status) => status.ready === true && objectAt(status, 'state', 'running') !== undefined,
  );
  return `${ready.length}/${listAt(pod.spec, 'containers').length}`;
};

const gatesOf = (pod: KubeObject): string => {
  const gates = listAt(pod.spec, 'readinessGates').map((gate) => stringAt(gate, 'conditionType'));
  if (gates.length === 0) return '<none>';
  const met = listAt(pod.status, 'conditions').filter(
    (condition) => gates.includes(stringAt(condition, 'type')) && stringAt(condition, 'status') === 'True',
  );
  return `${met.length}/${gates.length}`;
};

export const podColumns: readonly Column[] = [
  nameColumn,
  text('Ready', readyOf),
  text('Status', statusOf),
  text('Restarts', restartsOf),
  age,
  wide('IP', (pod) => orNone(stringAt(pod.status, 'podIP'))),
  wide('Node', (pod) => orNone(stringAt(pod.spec, 'nodeName'))),
  wide('Nominated Node', (pod) => orNone(stringAt(pod.status, 'nominatedNodeName'))),
  wide('Readiness Gates', gatesOf),
];
