import type { Manifest } from '../rollout/release.ts';

/** An object as the API server returns it. */
export interface LiveObject extends Manifest {
  readonly metadata: LiveMetadata;
}

export interface LiveMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
  readonly [field: string]: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** Who set which fields, and how: one entry per manager, operation, version and subresource. */
export interface ManagedFieldsEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldTrie;
  readonly subresource?: string;
}

/**
 * FieldsV1: a tree of the fields of a manager. Steps are `f:<name>`, `k:<keys of a list item as JSON>`, `v:<value of a set as
 * JSON>`, `i:<index>`, and `.` for the thing itself; an empty tree is a leaf.
 */
export interface FieldTrie {
  readonly [step: string]: FieldTrie;
}
