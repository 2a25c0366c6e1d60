import { type Selector, selects } from '../rollout/selector.ts';
import type { Target } from '../rollout/target.ts';

/** Where a service's objects come from. Paths are those of the config repository. */
export interface ServiceSource {
  readonly name: string;
  /** Names of services of the same target that are applied before it. */
  readonly dependsOn: readonly string[];
  /** Name -> `repository@sha256:…`; jsonnet reads it as `std.extVar('images')`, plain manifests are changed by pin-images.ts. */
  readonly images: Readonly<Record<string, string>>;
  /** A jsonnet file; or a YAML or JSON file, or a folder of such. */
  readonly source: { readonly jsonnet: string } | { readonly manifests: string };
  readonly overrides: readonly ServiceOverride[];
}

/** A jsonnet file that takes the place of the source on the targets selected; it imports the base and changes it with `+:`. */
export interface ServiceOverride {
  readonly targets: Selector;
  readonly jsonnet: string;
}

/** What a target's objects are read from: the last override that selects the target, else the service's own source. */
export const sourceFor = (service: ServiceSource, target: Target): ServiceSource['source'] => {
  const override = service.overrides.findLast(({ targets }) => selects(targets, target));
  return override === undefined ? service.source : { jsonnet: override.jsonnet };
};
