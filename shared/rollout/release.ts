import type { AlertRule } from './alerts.ts';
import type { FlagSpec, FlagStore } from './flag.ts';
import type { GateSpec } from './gate.ts';
import type { MetricSource } from './metric-source.ts';
import type { Target } from './target.ts';
import type { ApprovalSpec, OnFailure, Wave } from './wave.ts';
import type { Window } from './window.ts';

/** A Kubernetes object as plain JSON, as it will be sent. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** A manifest and where it was written: `services/storage.jsonnet` or `services/gateway/deployment.yaml:12 (document 2)`. */
export interface RenderedObject {
  readonly object: Manifest;
  readonly source: string;
}

/** Everything one target shall have of one release. A blob; the release carries its digest. */
export interface RenderedTarget {
  readonly target: string;
  /** In the order services are applied: what a service depends on stands before it. */
  readonly services: readonly { readonly service: string; readonly objects: readonly RenderedObject[] }[];
}

/** The immutable thing that moves: a config commit, rendered. Its canonical JSON is a blob, and that blob's digest its name. */
export interface Release {
  readonly targets: Readonly<Record<string, ReleaseTarget>>;
  readonly waves: readonly Wave[];
  readonly gates: Readonly<Record<string, GateSpec>>;
  readonly metrics: Readonly<Record<string, MetricSource>>;
  readonly services: Readonly<Record<string, ServicePolicy>>;
  readonly deletes: DeleteRules;
  /** What alerts from outside are about, by their labels; the first that fits. Absent where the config has none. */
  readonly alerts?: readonly AlertRule[];
  /** `report`: a target that has drifted is told of and not held. Absent where it is held. */
  readonly drift?: 'report';
  /** Private targets that follow once the fleet has it. Absent where there are none. */
  readonly following?: readonly string[];
  /** By name. Absent where the config has none. */
  readonly windows?: Readonly<Record<string, Window>>;
  /** By name. Absent where the config has none. */
  readonly flags?: Readonly<Record<string, FlagSpec>>;
  readonly flagStores?: Readonly<Record<string, FlagStore>>;
  /** At most one for each kind. */
  readonly settled: readonly SettledRule[];
  /** Role -> names of the people who hold it. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

export interface ReleaseTarget extends Target {
  /** Digest of the `RenderedTarget`. */
  readonly rendered: `sha256:${string}`;
}

/** What a release may delete on one target by itself, and who may approve more by name. */
export interface DeleteRules {
  /** Objects, recreations counted. */
  readonly max: number;
  /** Kinds beside those that serve which only an approval by name may delete, as `Kafka.kafka.strimzi.io`. */
  readonly protect: readonly string[];
  /** Absent: nobody may, so that more is refused. */
  readonly approval?: ApprovalSpec;
}

/** What an object of a kind says when it has become what it states, in CEL over `object`; sound, since it was checked with the config. */
export interface SettledRule {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** True when it is. */
  readonly ready: string;
  /** True when it never will be. */
  readonly failed?: string;
  /** Text: what it is still waiting for. */
  readonly progress?: string;
}

export interface ServicePolicy {
  readonly onFailure: OnFailure;
  readonly dependsOn: readonly string[];
  /** Workload of the service, as `WorkloadReference` names it -> the workloads it depends on. */
  readonly workloads?: Readonly<Record<string, { readonly dependsOn: readonly string[] }>>;
  /** Container name in the config -> `repository@sha256:...`. */
  readonly images: Readonly<Record<string, string>>;
  /** Its objects are counted apart, up to this many on one target. */
  readonly maxDeletes?: number;
}
