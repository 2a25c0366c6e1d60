/** Groups of the API server itself (Kubernetes 1.35) that end in `k8s.io`; others of that ending are defined by CRDs. */
const builtIn = [
  'admissionregistration',
  'apiextensions',
  'apiregistration',
  'authentication',
  'authorization',
  'certificates',
  'coordination',
  'discovery',
  'events',
  'flowcontrol.apiserver',
  'internal.apiserver',
  'networking',
  'node',
  'rbac.authorization',
  'resource',
  'scheduling',
  'storage',
  'storagemigration',
].map((name) => `${name}.k8s.io`);

const short = ['', 'apps', 'autoscaling', 'batch', 'extensions', 'policy'];

/** Whether the kinds of a group come with the API server: their behaviour is known, those of all others are guessed at. */
export const isBuiltInGroup = (group: string): boolean => short.includes(group) || builtIn.includes(group);
