import type { ApiRefusal } from './api-requests.ts';

/** What says no to a request that the API server would otherwise have taken, in its words, and how one goes on then. */
const wayOuts: readonly (readonly [said: RegExp, goOn: (...found: string[]) => string])[] = [
  [
    /cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/,
    (verb = '', resource = '', group = '', namespace) =>
      `grant this to the identity tidegate uses on the target: {apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]} in ${
        namespace === undefined ? 'a ClusterRole' : `a Role of namespace ${namespace} or a ClusterRole`
      }, bound to it`,
  ],
  [
    /is attempting to grant RBAC permissions not currently held/,
    () =>
      'nobody may grant what they do not hold: grant these to the identity tidegate uses on the target, or the verbs escalate and bind on roles',
  ],
  [/exceeded quota: ([^,\s]+)/, (quota = '') => `raise ResourceQuota ${quota} of the namespace, or ask for less`],
  [
    /failed quota: ([^:\s]+): must specify/,
    (quota = '') => `state what ResourceQuota ${quota} asks for, or have a LimitRange do so`,
  ],
  [
    /violates PodSecurity "([^"]+)"/,
    (level = '') => `keep to level ${level}, or have the namespace labelled with one that allows it`,
  ],
  [
    /admission webhook "([^"]+)" denied the request/,
    (webhook = '') => `change the object to what webhook ${webhook} asks for, or have its rules changed`,
  ],
  [
    /ValidatingAdmissionPolicy '([^']+)'.* denied request/,
    (policy = '') => `change the object to what ValidatingAdmissionPolicy ${policy} asks for, or have it changed`,
  ],
];

/** How to go on after a refusal by what watches over a cluster, from its message alone; `undefined` where that names none of them. */
export const wayOutOf = ({ message }: Pick<ApiRefusal, 'message'>): string | undefined => {
  for (const [said, goOn] of wayOuts) {
    const found = said.exec(message);
    if (found !== null) return goOn(...found.slice(1));
  }
  return undefined;
};

/** The webhook that could not be asked, of a message that says so. */
export const silentWebhook = (message: string): string | undefined =>
  /failed calling (?:admission )?webhook "([^"]+)"/.exec(message)?.[1];

/** What is said where it is not known who refused. */
export const grantIt = 'grant this to the identity tidegate uses on the target';
