/** A workload as the config names it: `cache`, `Deployment/cache`, of another service `storage/db` or `storage/StatefulSet/db`. */
export interface WorkloadReference {
  readonly service: string;
  /** Any kind where absent. */
  readonly kind?: string;
  readonly name: string;
}

const NAME = '[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?';

/** What a reference looks like. Kinds begin with a capital letter and services with none, which tells them apart. */
export const WORKLOAD_REFERENCE: RegExp = new RegExp(
  `^(?:(${NAME})/)?(?:(Deployment|StatefulSet|DaemonSet)/)?(${NAME})$`,
);

/** Reads a reference made by `service`; `undefined` where the text is none. */
export const parseWorkloadReference = (text: string, service: string): WorkloadReference | undefined => {
  const [, other, kind, name] = WORKLOAD_REFERENCE.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { service: other ?? service, ...(kind === undefined ? {} : { kind }), name };
};
