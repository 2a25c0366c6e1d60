import { createHmac } from 'node:crypto';
import type { Random } from '../../shared/outside/random.ts';
import type { Repository } from './repository.ts';

/**
 * Takes one delivery to its receiver. Resolves when it was answered for good, also by a refusal (2xx, 4xx); rejects when it has to be sent
 * again (no answer, 5xx).
 */
export type Deliver = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<void>;

export interface Hook {
  readonly url: string;
  readonly secret?: string;
}

export type HookEvent = 'push' | 'pull_request' | 'ping';

/** What is still to be delivered, kept beside the repository so that a restart sends it. */
interface Delivery {
  readonly id: string;
  readonly event: HookEvent;
  readonly body: string;
}

/** `X-Hub-Signature-256` over the body's bytes, as GitHub makes it. */
export const signatureOf = (secret: string, body: string | Uint8Array): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

const uuidFrom = (random: Random): string => {
  const bytes = Buffer.from(random.bytes(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

const headersOf = (delivery: Delivery, secret: string | undefined): Record<string, string> => ({
  'content-type': 'application/json',
  'user-agent': 'GitHub-Hookshot/tidegate',
  'x-github-event': delivery.event,
  'x-github-delivery': delivery.id,
  ...(secret === undefined ? {} : { 'x-hub-signature-256': signatureOf(secret, delivery.body) }),
});

export interface Webhooks {
  /** Stores a delivery; it is sent by the next `send`. */
  queue(event: HookEvent, payload: object): Promise<void>;
  /** Sends what is stored, in order, each until it is accepted once; one that is refused is kept and the rest are sent. */
  send(): Promise<void>;
}

/** Deliveries through a folder: queued before the caller is answered, removed when accepted. At least once, so twice is possible. */
export const createWebhooks = (repository: Repository, random: Random, deliver: Deliver, hook: Hook): Webhooks => {
  const folder = `${repository.gitdir}/deliveries`;
  const { promises } = repository.fs;
  const queued = async (): Promise<readonly string[]> => {
    await promises.mkdir(folder, { recursive: true });
    const names: readonly string[] = await promises.readdir(folder);
    return names.filter((name) => /^[0-9]{9}\.json$/.test(name)).sort();
  };
  let last = 0;
  const inFlight = new Set<string>();
  return {
    queue: async (event, payload) => {
      last = Math.max(last, Number((await queued()).at(-1)?.slice(0, 9) ?? 0)) + 1;
      const delivery: Delivery = { id: uuidFrom(random), event, body: JSON.stringify(payload) };
      await promises.writeFile(`${folder}/${String(last).padStart(9, '0')}.json`, JSON.stringify(delivery));
    },
    send: async () => {
      for (const name of await queued()) {
        if (inFlight.has(name)) continue;
        inFlight.add(name);
        try {
          const delivery: Delivery = JSON.parse(await promises.readFile(`${folder}/${name}`, 'utf8'));
          await deliver(hook.url, headersOf(delivery, hook.secret), delivery.body);
          await promises.unlink(`${folder}/${name}`);
        } catch {
          // Kept in the folder: the next send, or the next start, tries again.
        } finally {
          inFlight.delete(name);
        }
      }
    },
  };
};
