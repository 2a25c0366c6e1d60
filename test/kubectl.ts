import { spawn, spawnSync } from 'node:child_process';

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** How kubectl ended, and what it said on either stream. */
export interface Kubectl {
  readonly exitCode: number | null;
  readonly said: string;
}

/** Runs the machine's kubectl in `folder` with this kubeconfig and nothing else of the environment; apply sets are switched on. */
export const kubectlIn =
  (folder: string, kubeconfig: string) =>
  (...args: readonly string[]): Promise<Kubectl> =>
    new Promise((resolve, reject) => {
      const env = {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        KUBECONFIG: kubeconfig,
        KUBECTL_APPLYSET: 'true',
      };
      const child = spawn('kubectl', [...args], { cwd: folder, env });
      const texts: string[] = [];
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => texts.push(chunk));
      }
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ exitCode, said: texts.join('') }));
    });
