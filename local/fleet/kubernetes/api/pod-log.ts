import type { ControlPlane } from '../control-plane.ts';
import { isJsonObject, type KubeObject, listAt, objectAt, stringAt } from '../object.ts';
import { badRequest } from './status-error.ts';

/**
 * What a container printed, as far as its image's behaviour says: the log of a healthy one, the last words of one that crashed.
 * `previous=true` shows the instance before. Throws a 400 StatusError in the kubelet's words where there is nothing to read.
 */
export const podLog = (plane: ControlPlane, pod: KubeObject, query: URLSearchParams): string => {
  const containers = listAt(pod.spec, 'containers').filter(isJsonObject);
  const name = query.get('container') || (containers.length === 1 ? stringAt(containers[0], 'name') : undefined);
  const podName = pod.metadata.name ?? '';
  const names = containers.map((container) => stringAt(container, 'name') ?? '');
  if (name === undefined) {
    throw badRequest(`a container name must be specified for pod ${podName}, choose one of: [${names.join(' ')}]`);
  }
  const container = containers.find((candidate) => candidate.name === name);
  if (container === undefined) throw badRequest(`container ${name} is not valid for pod ${podName}`);
  const status = listAt(pod.status, 'containerStatuses').find((entry) => isJsonObject(entry) && entry.name === name);
  const previous = query.get('previous') === 'true';
  const waiting = stringAt(status, 'state', 'waiting', 'reason');
  const ended = objectAt(status, 'state', 'terminated') ?? objectAt(status, 'lastState', 'terminated');
  const running = objectAt(status, 'state', 'running');
  const behaviour = plane.behaviourOf(stringAt(container, 'image') ?? '');
  if (previous && objectAt(status, 'lastState', 'terminated') === undefined) {
    throw badRequest(`previous terminated container "${name}" in pod "${podName}" not found`);
  }
  if (!previous && running === undefined && ended === undefined) {
    const because = waiting === undefined ? 'is waiting to start' : `is waiting to start: ${waitingText(waiting)}`;
    throw badRequest(`container "${name}" in pod "${podName}" ${because}`);
  }
  const crashed = previous || running === undefined;
  const lines = [...(behaviour.log ?? []), ...(crashed && behaviour.crash ? behaviour.crash.log.split('\n') : [])];
  const tail = query.get('tailLines');
  const wanted = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  return wanted.map((line) => `${line}\n`).join('');
};

const waitingText = (reason: string): string => {
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
};
