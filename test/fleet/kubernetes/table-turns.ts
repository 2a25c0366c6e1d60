import { core, type Turn, turn } from './turns.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const shown = (says: string, path: string, accept = table): Turn => ({ ...turn(says, 'GET', path), accept });

/** What `kubectl get` asks for, of what the conversation has made. */
export const tableTurns: readonly Turn[] = [
  shown('shows Deployments', '/apis/apps/v1/namespaces/talk/deployments'),
  shown('shows one of them', '/apis/apps/v1/namespaces/talk/deployments/loose'),
  shown('shows a row without its object', '/apis/apps/v1/namespaces/talk/deployments/loose?includeObject=None'),
  shown('shows a row with all of its object', '/apis/apps/v1/namespaces/talk/deployments/loose?includeObject=Object'),
  shown('shows StatefulSets', '/apis/apps/v1/namespaces/talk/statefulsets'),
  shown('shows Jobs', '/apis/batch/v1/namespaces/talk/jobs'),
  shown('shows Pods where there are none', `${core}/pods`),
  shown('shows Services', `${core}/services`),
  shown('shows Secrets', `${core}/secrets`),
  shown('shows a namespace', '/api/v1/namespaces/talk'),
  shown('shows bindings of roles', '/apis/rbac.authorization.k8s.io/v1/namespaces/talk/rolebindings'),
  shown('shows definitions of kinds', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'),
  shown('shows custom objects by their own columns', '/apis/example.com/v1/namespaces/talk/widgets'),
  shown('has no table of nothing', `${core}/configmaps/nowhere`),
  shown('lists metadata alone', '/apis/example.com/v1/namespaces/talk/widgets', metadataOnly),
];
