import { isObject, listAt, objectAt, textAt } from '../shared/apply/fields.ts';
import { AccessRefused, type ClusterEndpoint } from '../shared/clouds/cluster.ts';
import type { Credential } from '../shared/clouds/credential.ts';

/**
 * The credential that the program of a kubeconfig's user prints (`exec`, as cloud providers write it): a token, or a client certificate
 * with its key. The program runs with our environment, what the entry adds to it, and what kubectl tells it in KUBERNETES_EXEC_INFO; it
 * is never given a terminal. Each call runs it once; a cluster that no longer takes the credential has it run again.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 * @throws AccessRefused when it can not be run, fails, or prints something else.
 */
export const execCredential = async (
  subject: string,
  exec: unknown,
  endpoint: ClusterEndpoint,
): Promise<Credential> => {
  const command = textAt(exec, 'command');
  if (command === undefined) throw new AccessRefused(`${subject}: user.exec names no command`);
  const user = {
    name: subject,
    exec: {
      command,
      args: listAt(exec, 'args').map(String),
      env: [...listAt(exec, 'env').filter(isObject), { name: 'KUBERNETES_EXEC_INFO', value: execInfo(exec, endpoint) }],
    },
  };
  // That part of the library alone: its client of every API takes half a second and 90 MB to load.
  const { ExecAuth } = await import('@kubernetes/client-node/dist/exec_auth.js');
  const options: { cert?: string; key?: string; headers?: Readonly<Record<string, string>> } = {};
  try {
    await new ExecAuth().applyAuthentication(user, options);
  } catch (error) {
    const hint = textAt(exec, 'installHint')?.trim();
    throw new AccessRefused(
      `${subject}: ${command}, which brings its credential, failed: ${whyFailed(error)}${hint ? `; ${hint}` : ''}`,
    );
  }
  const token = options.headers?.Authorization?.replace(/^Bearer /, '');
  const { cert, key } = options;
  if (token === undefined && (cert === undefined || key === undefined)) {
    throw new AccessRefused(`${subject}: ${command} printed neither a token nor a client certificate with its key`);
  }
  return {
    ...(token === undefined ? {} : { token }),
    ...(cert === undefined || key === undefined ? {} : { tls: { cert, key } }),
    expiresAt: Number.POSITIVE_INFINITY,
  };
};

const execInfo = (exec: unknown, { server, ca, serverName }: ClusterEndpoint): string => {
  const cluster = {
    server,
    ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(serverName === undefined ? {} : { 'tls-server-name': serverName }),
  };
  const isAsked = objectAt(exec).provideClusterInfo === true;
  return JSON.stringify({
    apiVersion: textAt(exec, 'apiVersion') ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false, ...(isAsked ? { cluster } : {}) },
  });
};

/** What the program said on stderr. What it printed on stdout may be a credential and is not repeated. */
const whyFailed = (error: unknown): string => {
  if (error instanceof SyntaxError || error instanceof TypeError) return 'it printed no ExecCredential';
  const said = error instanceof Error ? error.message.trim() : String(error);
  return said === '' ? 'it ended with an error' : said.slice(0, 300);
};
