/** Where simulated API servers are reached from other processes of this machine, and what shows that one may. */
export interface KubeconfigOptions {
  /** By target; `url` without a slash at its end. The first is the one that kubectl takes where no context is named. */
  readonly clusters: readonly { readonly name: string; readonly url: string }[];
  /** PEM. */
  readonly certificate: string;
  readonly token: string;
}

/** A kubeconfig with one context for each target, named like it. JSON, which is YAML. */
export const kubeconfigOf = ({ clusters, certificate, token }: KubeconfigOptions): string => {
  const user = 'tidegate-simulation';
  const file = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: clusters.map(({ name, url }) => ({
      name,
      cluster: { server: url, 'certificate-authority-data': Buffer.from(certificate).toString('base64') },
    })),
    users: [{ name: user, user: { token } }],
    contexts: clusters.map(({ name }) => ({ name, context: { cluster: name, user } })),
    'current-context': clusters[0]?.name ?? '',
  };
  return `${JSON.stringify(file, null, 2)}\n`;
};
