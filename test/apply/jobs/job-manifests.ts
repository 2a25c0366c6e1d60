import type { Manifest } from '../../../shared/rollout/release.ts';

export interface JobOptions {
  readonly run?: string;
  readonly image?: string;
  /** Name of a ConfigMap its pod reads. */
  readonly reads?: string;
  readonly account?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Replace members of `spec`. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A Job around a deployment, one that Kubernetes itself does not run twice. */
export const job = (name: string, options: JobOptions = {}): Manifest => {
  const { run = 'before', image = 'registry.example.com/migrate:v1', reads, account, annotations, spec } = options;
  const container = {
    name: 'main',
    image,
    ...(reads === undefined ? {} : { envFrom: [{ configMapRef: { name: reads } }] }),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations: { ...(run === '' ? {} : { 'tidegate.dev/run': run }), ...annotations } },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [container],
          ...(account === undefined ? {} : { serviceAccountName: account }),
        },
      },
      ...spec,
    },
  };
};
