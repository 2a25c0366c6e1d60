import type { ComparedObject } from '../../../shared/apply/compare-object.ts';
import { diffFields } from '../../../shared/apply/field-diff.ts';
import type { LiveObject } from '../../../shared/apply/live-object.ts';
import { normalise } from '../../../shared/apply/normalise.ts';
import { identityOf } from '../../../shared/apply/object-id.ts';
import type { Manifest } from '../../../shared/rollout/release.ts';

const inShop = (manifest: Manifest): Manifest =>
  normalise({ ...manifest, metadata: { namespace: 'shop', ...manifest.metadata } });

export interface Compared {
  readonly service?: string;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly action?: ComparedObject['action'];
}

/** An object of namespace `shop` as it is compared: without `before` it is new; fields of a Secret are hidden. */
export const compared = (before: Manifest | undefined, after: Manifest, given: Compared = {}): ComparedObject => {
  const manifest = inShop(after);
  const { service = 'shop', status, action } = given;
  const served = { group: '', version: 'v1', kind: after.kind, plural: '', namespaced: true };
  const id = identityOf(manifest);
  const object = {
    id,
    source: 'shop.yaml:1',
    service,
    serviceOrder: 0,
    manifest,
    served,
    isServed: true,
    force: false,
  };
  if (before === undefined) return { ...object, action: 'create', fields: [] };
  const old = inShop(before);
  const live: LiveObject = {
    ...old,
    metadata: { ...old.metadata, uid: 'uid-1', resourceVersion: '1' },
    ...(status === undefined ? {} : { status }),
  };
  const fields = diffFields(old, manifest, after.kind === 'Secret');
  return { ...object, live, fields, action: action ?? (fields.length === 0 ? 'unchanged' : 'change') };
};
