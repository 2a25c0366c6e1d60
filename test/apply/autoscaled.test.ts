import { describe, expect, it } from 'vitest';
import { autoscaledBy, leaveReplicas, replicasToHandOver, withReplicas } from '../../shared/apply/autoscaled.ts';
import type { ManagedFieldsEntry } from '../../shared/apply/live-object.ts';
import { deployment, live } from './manifests.ts';

describe('autoscaledBy', () => {
  it('names what a HorizontalPodAutoscaler or a ScaledObject scales, in its own namespace', () => {
    const autoscaler = (apiVersion: string, kind: string, scaleTargetRef: object) =>
      live(apiVersion, kind, { metadata: { namespace: 'shop' }, spec: { scaleTargetRef } });
    const found = autoscaledBy([
      autoscaler('autoscaling/v2', 'HorizontalPodAutoscaler', {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        name: 'db',
      }),
      autoscaler('keda.sh/v1alpha1', 'ScaledObject', { name: 'web' }),
      deployment('alone'),
    ]);
    expect([...found]).toEqual(['apps/StatefulSet/shop/db', 'apps/Deployment/shop/web']);
  });
});

it('leaveReplicas leaves everything else, and says what was stated; withReplicas puts a number back', () => {
  const manifest = deployment('web', { replicas: 3 });
  const spec = { ...(manifest.spec as Record<string, unknown>) };
  delete spec.replicas;
  const left = { manifest: { ...manifest, spec }, isAutoscaled: true };
  expect(leaveReplicas({ manifest })).toEqual({ ...left, statedReplicas: 3 });
  expect(leaveReplicas({ manifest: left.manifest })).toEqual(left);
  expect(withReplicas(left.manifest, 3)).toEqual(manifest);
});

describe('replicasToHandOver', () => {
  const replicas = { 'f:spec': { 'f:replicas': {} } };
  const ours: ManagedFieldsEntry = { manager: 'tidegate', operation: 'Apply', fieldsV1: replicas };
  const scaler: ManagedFieldsEntry = { manager: 'kcm', operation: 'Update', subresource: 'scale', fieldsV1: replicas };
  it.each<[string, readonly ManagedFieldsEntry[], number | undefined]>([
    ['the live number, where only we own it', [ours], 5],
    ['nothing, where the autoscaler has changed it already', [scaler, ours], undefined],
    ['nothing, where we never stated it', [{ ...ours, fieldsV1: { 'f:spec': { 'f:paused': {} } } }, scaler], undefined],
    ['nothing, where we own nothing', [scaler], undefined],
  ])('%s', (_, managedFields, expected) => {
    const object = live('apps/v1', 'Deployment', { metadata: { managedFields }, spec: { replicas: 5 } });
    expect(replicasToHandOver(object)).toBe(expected);
  });
});
