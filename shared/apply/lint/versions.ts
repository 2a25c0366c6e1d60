import { groupOf, versionOf } from '../object-id.ts';
import { type LintRule, where } from './rule.ts';

/** A version that Kubernetes removed: with which release of its own, and what took its place. Of all kinds where none is named. */
interface Removed {
  readonly version: string;
  readonly kinds?: readonly string[];
  readonly with: string;
  readonly use: string;
}

/** The deprecated API migration guide of Kubernetes, to 1.35. */
const removed: readonly Removed[] = [
  { version: 'extensions/v1beta1', kinds: ['Ingress'], with: '1.22', use: 'networking.k8s.io/v1' },
  { version: 'extensions/v1beta1', kinds: ['NetworkPolicy'], with: '1.16', use: 'networking.k8s.io/v1' },
  { version: 'extensions/v1beta1', with: '1.16', use: 'apps/v1' },
  { version: 'apps/v1beta1', with: '1.16', use: 'apps/v1' },
  { version: 'apps/v1beta2', with: '1.16', use: 'apps/v1' },
  {
    version: 'admissionregistration.k8s.io/v1beta1',
    kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    with: '1.22',
    use: 'v1',
  },
  { version: 'apiextensions.k8s.io/v1beta1', with: '1.22', use: 'v1' },
  { version: 'apiregistration.k8s.io/v1beta1', with: '1.22', use: 'v1' },
  { version: 'certificates.k8s.io/v1beta1', kinds: ['CertificateSigningRequest'], with: '1.22', use: 'v1' },
  { version: 'coordination.k8s.io/v1beta1', kinds: ['Lease'], with: '1.22', use: 'v1' },
  { version: 'networking.k8s.io/v1beta1', kinds: ['Ingress', 'IngressClass'], with: '1.22', use: 'v1' },
  { version: 'rbac.authorization.k8s.io/v1beta1', with: '1.22', use: 'v1' },
  { version: 'scheduling.k8s.io/v1beta1', with: '1.22', use: 'v1' },
  { version: 'storage.k8s.io/v1beta1', kinds: ['CSIStorageCapacity'], with: '1.27', use: 'v1' },
  {
    version: 'storage.k8s.io/v1beta1',
    kinds: ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
    with: '1.22',
    use: 'v1',
  },
  { version: 'autoscaling/v2beta1', with: '1.25', use: 'v2' },
  { version: 'autoscaling/v2beta2', with: '1.26', use: 'v2' },
  { version: 'batch/v1beta1', with: '1.25', use: 'v1' },
  { version: 'discovery.k8s.io/v1beta1', with: '1.25', use: 'v1' },
  { version: 'events.k8s.io/v1beta1', with: '1.25', use: 'v1' },
  { version: 'node.k8s.io/v1beta1', with: '1.25', use: 'v1' },
  {
    version: 'policy/v1beta1',
    kinds: ['PodSecurityPolicy'],
    with: '1.25',
    use: 'the PodSecurity labels of namespaces',
  },
  { version: 'policy/v1beta1', with: '1.25', use: 'v1' },
  { version: 'flowcontrol.apiserver.k8s.io/v1beta1', with: '1.26', use: 'v1' },
  { version: 'flowcontrol.apiserver.k8s.io/v1beta2', with: '1.29', use: 'v1' },
  { version: 'flowcontrol.apiserver.k8s.io/v1beta3', with: '1.32', use: 'v1' },
];

export const removedVersion: LintRule = {
  name: 'removed-version',
  severity: 'warning',
  about: 'an object is written in a version that newer Kubernetes no longer serves',
  find: ({ object: { apiVersion, kind } }) => {
    const gone = removed.find(({ version, kinds }) => version === apiVersion && (kinds?.includes(kind) ?? true));
    const use = gone !== undefined && /^v\d/.test(gone.use) ? `${groupOf(apiVersion)}/${gone.use}` : gone?.use;
    return where(
      gone !== undefined,
      `${versionOf(apiVersion)} of ${groupOf(apiVersion)} is gone with Kubernetes ${gone?.with}; use ${use}`,
    );
  },
};
