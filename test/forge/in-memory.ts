import {
  clone,
  commit,
  type HttpClient,
  push,
  readCommit,
  readTree,
  resolveRef,
  writeBlob,
  writeTree,
} from 'isomorphic-git';
import { createFsFromVolume, Volume } from 'memfs';
import { createForge, type Forge, type ForgeOptions } from '../../local/forge/forge.ts';
import { syncFs } from '../../local/forge/sync-fs.ts';
import { seededRandom } from '../../shared/outside/random.ts';

export const ada = { name: 'Ada', email: 'ada@example.com' };
export const start = Date.UTC(2026, 0, 2, 3, 4, 5);

interface Delivered {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const disk = () => syncFs(createFsFromVolume(new Volume()));

export const open = async (options: Partial<ForgeOptions> = {}) => {
  const delivered: Delivered[] = [];
  let now = start;
  const forge = await createForge({
    clock: { now: () => (now += 1000) },
    random: seededRandom('forge'),
    fs: disk(),
    dir: '/config.git',
    name: 'acme/config',
    branch: 'main',
    webhookSecret: 'hush',
    webhookUrl: 'https://tidegate.test/webhooks/github',
    deliver: async (_url, headers, body) => {
      delivered.push({ headers, body });
    },
    ...options,
  });
  return { forge, delivered };
};

export const call = async (forge: Forge, method: string, path: string, body?: object) => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await forge.handle(new Request(`https://forge.test/repos/acme/config${path}`, init));
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
};

/** Pushes a branch one commit away from `main`, as a client that knows only its last commit. */
export const branchWith = async (forge: Forge, name: string, files: Record<string, string>) => {
  const http = clientOf(forge);
  const volume = createFsFromVolume(new Volume());
  const url = 'https://forge.test/acme/config.git';
  await clone({ fs: volume, http, dir: '/work', url, singleBranch: true, depth: 1, noCheckout: true });
  const place = { fs: volume, dir: '/work' };
  const head = await resolveRef({ ...place, ref: 'refs/remotes/origin/main' });
  const { tree } = await readTree({ ...place, oid: (await readCommit({ ...place, oid: head })).commit.tree });
  const kept = tree.filter(({ path }) => !(path in files));
  const added = await Promise.all(
    Object.entries(files).map(async ([path, text]) => {
      const oid = await writeBlob({ ...place, blob: Buffer.from(text) });
      return { mode: '100644', path, oid, type: 'blob' as const };
    }),
  );
  const author = { ...ada, timestamp: start / 1000, timezoneOffset: 0 };
  const oid = await writeTree({ ...place, tree: [...kept, ...added] });
  await commit({ ...place, message: `Change ${name}`, author, tree: oid, parent: [head], ref: `refs/heads/${name}` });
  await push({ ...place, http, url, ref: name, remoteRef: `refs/heads/${name}` });
};

export const clientOf = (forge: Forge): HttpClient => ({
  request: async ({ url, method = 'GET', headers = {}, body }) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body ?? []) chunks.push(chunk);
    const init = method === 'GET' ? { method, headers } : { method, headers, body: Buffer.concat(chunks) };
    const response = await forge.handle(new Request(url, init));
    const bytes = new Uint8Array(await response.arrayBuffer());
    const whole = (async function* () {
      yield bytes;
    })();
    return {
      url,
      method,
      statusCode: response.status,
      statusMessage: response.statusText,
      headers: Object.fromEntries(response.headers),
      body: whole,
    };
  },
});
