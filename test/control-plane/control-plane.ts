import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch, type Response } from 'undici';
import type { Binaries } from './binaries.ts';
import { addNode } from './node.ts';
import { freePorts, type ServerProcess, startProcess } from './process.ts';

/** A request to the API server as its administrator. */
export type Request = (
  path: string,
  init?: {
    readonly method?: string;
    readonly type?: string;
    readonly accept?: string;
    readonly body?: unknown;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

/** A running control plane on loopback. */
export interface ControlPlane {
  readonly server: string;
  /** Of a user in group `system:masters`. */
  readonly token: string;
  /** PEM, of the authority that signed the server's certificate. */
  readonly ca: string;
  /** A kubeconfig with the three above, as YAML (which JSON is). */
  readonly kubeconfig: string;
  /** Where everything of it is written; gone after `stop`. */
  readonly folder: string;
  /** Whether the controller manager and scheduler run. */
  readonly controllers: boolean;
  readonly request: Request;
  /** Makes etcd forget every version but the present one of each object. */
  compact(): Promise<void>;
  /** Ends every process, removes the folder. Running it twice is safe. */
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

const kubeconfigOf = (server: string, ca: string, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  });

const requestOf =
  (server: string, token: string, dispatcher: Agent): Request =>
  (path, init = {}) =>
    fetch(`${server}${path}`, {
      dispatcher,
      method: init.method ?? 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': init.type ?? 'application/json',
        ...(init.accept === undefined ? {} : { accept: init.accept }),
      },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      ...(init.signal ? { signal: init.signal } : {}),
    });

const untilReady = async (what: ServerProcess, isReady: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady().catch(() => false))) {
    if (what.exited()) throw new Error(`${what.name}: exited before it was ready:\n${what.lastWords()}`);
    if (Date.now() > deadline)
      throw new Error(`${what.name}: not ready in ${READY_WITHIN_MS} ms:\n${what.lastWords()}`);
    await sleep(50);
  }
};

/** Over etcd's JSON gateway (https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/). */
const compactEtcd = async (etcd: string): Promise<void> => {
  const post = async (path: string, body: object) => {
    const response = await fetch(`${etcd}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd: POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { readonly header: { readonly revision: string } };
  };
  const { header } = await post('/v3/kv/range', { key: Buffer.from('/').toString('base64') });
  await post('/v3/kv/compaction', { revision: header.revision, physical: true });
};

/**
 * Starts etcd and kube-apiserver, and kube-controller-manager and kube-scheduler where the binaries have them, on free
 * loopback ports, with one schedulable node. About 2 s and 300 MB. Pods run only with a kubelet (`kubelet.ts`). `flags` are for the
 * API server beside those it needs.
 * @throws Error with the end of a server's log when it does not come up; what was started is stopped again.
 */
export const startControlPlane = async (
  binaries: Binaries,
  { flags = [] }: { readonly flags?: readonly string[] } = {},
): Promise<ControlPlane> => {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-control-plane-'));
  const processes: ServerProcess[] = [];
  const dispatchers: Agent[] = [];
  const stop = async () => {
    await Promise.all(dispatchers.splice(0).map((dispatcher) => dispatcher.destroy()));
    await Promise.all(processes.map((process) => process.stop()));
    rmSync(folder, { recursive: true, force: true });
  };
  const start = (name: string, args: readonly string[]) => {
    const process = startProcess(join(binaries.folder, name), args, join(folder, `${name}.log`));
    processes.push(process);
    return process;
  };
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };

  try {
    const [etcdPort, peerPort, apiPort, managerPort, schedulerPort] = await freePorts(5);
    const etcd = `http://127.0.0.1:${etcdPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    start('etcd', [
      ...[`--data-dir=${join(folder, 'etcd')}`, '--unsafe-no-fsync', `--listen-peer-urls=${peer}`],
      ...[`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, '--log-level=warn'],
      ...[`--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
    ]);

    const server = `https://127.0.0.1:${apiPort}`;
    const token = randomBytes(16).toString('hex');
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const privateKey = file('accounts.key', keys.privateKey.export({ type: 'sec1', format: 'pem' }).toString());
    const publicKey = file('accounts.pub', keys.publicKey.export({ type: 'spki', format: 'pem' }).toString());
    const certificates = join(folder, 'certificates');
    mkdirSync(certificates);
    const apiServer = start('kube-apiserver', [
      ...[
        `--etcd-servers=${etcd}`,
        `--secure-port=${apiPort}`,
        '--bind-address=127.0.0.1',
        `--cert-dir=${certificates}`,
      ],
      ...['--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${publicKey}`],
      ...[`--service-account-signing-key-file=${privateKey}`, '--service-cluster-ip-range=10.0.0.0/16'],
      ...[
        '--authorization-mode=RBAC',
        `--token-auth-file=${file('tokens.csv', `${token},admin,admin,system:masters\n`)}`,
      ],
      ...['--disable-admission-plugins=ServiceAccount', '--allow-privileged=true', ...flags],
    ]);
    // The server writes its own certificate followed by the authority's, some time after its start.
    const certificate = join(certificates, 'apiserver.crt');
    await untilReady(apiServer, async () => readFileSync(certificate, 'utf8').includes('END CERTIFICATE'));
    const ca = readFileSync(certificate, 'utf8');
    const dispatcher = new Agent({ connect: { ca } });
    dispatchers.push(dispatcher);
    const request = requestOf(server, token, dispatcher);
    await untilReady(apiServer, async () => (await request('/readyz')).ok);

    const kubeconfig = kubeconfigOf(server, ca, token);
    if (binaries.controllers) {
      const shared = [
        `--kubeconfig=${file('kubeconfig', kubeconfig)}`,
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
      ];
      start('kube-controller-manager', [
        ...[...shared, `--secure-port=${managerPort}`, `--cert-dir=${join(folder, 'manager')}`],
        ...[`--service-account-private-key-file=${privateKey}`, '--controllers=*,-node-lifecycle-controller'],
      ]);
      start('kube-scheduler', [...shared, `--secure-port=${schedulerPort}`, `--cert-dir=${join(folder, 'scheduler')}`]);
      await addNode(request);
    }
    const compact = () => compactEtcd(etcd);
    return { server, token, ca, kubeconfig, folder, controllers: binaries.controllers, request, compact, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
