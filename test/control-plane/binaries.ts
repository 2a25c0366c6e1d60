import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';

/** A folder with `etcd` and `kube-apiserver` in it. */
export interface Binaries {
  readonly folder: string;
  /** Whether kube-controller-manager and kube-scheduler are there too; the assets of envtest have neither. */
  readonly controllers: boolean;
}

/** No control plane where one is required, or a folder was named that does not hold one. */
export class ControlPlaneMissing extends Error {
  override readonly name = 'ControlPlaneMissing';
}

export const NO_CONTROL_PLANE = 'skipped: no control plane, run npm run control-plane';

const has = (folder: string, ...names: string[]): boolean => names.every((name) => existsSync(join(folder, name)));

const builtFolder = (env: NodeJS.ProcessEnv): string => {
  const script = join(import.meta.dirname, 'build.sh');
  const asked = spawnSync('bash', [script, '--folder'], { env, encoding: 'utf8' });
  return asked.stdout.trim();
};

/**
 * Finds the real control plane: the folder `KUBEBUILDER_ASSETS` names, else the one `npm run control-plane` built for this
 * checkout. Undefined when there is none.
 * @throws ControlPlaneMissing when `TIDEGATE_REQUIRE_CONTROL_PLANE` is `1` and there is none, and when `KUBEBUILDER_ASSETS` names a
 * folder without the two binaries: a mistake there must not turn into skipped tests.
 */
export const findControlPlane = (env: NodeJS.ProcessEnv): Binaries | undefined => {
  const named = env.KUBEBUILDER_ASSETS;
  if (named && !has(named, 'etcd', 'kube-apiserver')) {
    throw new ControlPlaneMissing(
      `KUBEBUILDER_ASSETS: ${named} does not hold etcd and kube-apiserver; correct or unset it`,
    );
  }
  const folder = named || builtFolder(env);
  if (has(folder, 'etcd', 'kube-apiserver')) {
    return { folder, controllers: has(folder, 'kube-controller-manager', 'kube-scheduler') };
  }
  if (env.TIDEGATE_REQUIRE_CONTROL_PLANE === '1') {
    throw new ControlPlaneMissing(
      'TIDEGATE_REQUIRE_CONTROL_PLANE is 1 and no control plane is built; run npm run control-plane (needs Go 1.25 or newer)',
    );
  }
  return undefined;
};

/**
 * A suite on the real control plane; where there is none, one skipped test that says so. `needs: 'controllers'` skips where
 * only etcd and the API server are there.
 */
export const describeOnControlPlane = (
  title: string,
  needs: 'api' | 'controllers',
  suite: (binaries: Binaries) => void,
): void => {
  const binaries = findControlPlane(process.env);
  const usable = binaries !== undefined && (needs === 'api' || binaries.controllers);
  describe(title, () => {
    if (usable) suite(binaries);
    else test.skip(NO_CONTROL_PLANE);
  });
};
