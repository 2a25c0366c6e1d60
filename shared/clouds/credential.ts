import type { Clock } from '../outside/clock.ts';
import type { Tls } from '../outside/http.ts';

/** What a request to a cluster is authorised with. Secret: never logged, never in an error. */
export interface Credential {
  /** Bearer token. */
  readonly token?: string;
  /** Client certificate and its key. */
  readonly tls?: Pick<Tls, 'cert' | 'key'>;
  /** Epoch milliseconds; `Infinity` for what has no end of its own. */
  readonly expiresAt: number;
}

/** Makes a new credential, however that is done for one target. */
export type Mint = (signal: AbortSignal) => Promise<Credential>;

export interface KeptCredential {
  /** One that has at least a fifth of its life before it, where one can be had. */
  current(): Promise<Credential>;
  /** The one to use instead of `refused`: a new one, unless somebody else replaced it already. */
  replace(refused: Credential): Promise<Credential>;
}

const USED_SHARE_OF_LIFE = 0.8;
const MINT_WITHIN_MS = 30_000;

/**
 * Keeps a target's credential until 80 % of its life have passed by `clock`. Requests at the same time share one minting, which is
 * given up after 30 s. When minting fails while the kept credential is still valid, that one is used on: a token service that is
 * down for a minute stops nothing.
 * @throws what `mint` throws, from both functions.
 */
export const keepCredential = (clock: Clock, mint: Mint): KeptCredential => {
  let kept: { readonly credential: Credential; readonly renewAt: number } | undefined;
  let minting: Promise<Credential> | undefined;

  const renew = async (): Promise<Credential> => {
    const overdue = new AbortController();
    const inTime = clock.after(MINT_WITHIN_MS, () =>
      overdue.abort(new DOMException(`no credential within ${MINT_WITHIN_MS / 1000} s`, 'TimeoutError')),
    );
    try {
      const now = clock.now();
      const credential = await mint(overdue.signal);
      kept = { credential, renewAt: now + USED_SHARE_OF_LIFE * (credential.expiresAt - now) };
      return credential;
    } finally {
      inTime();
      minting = undefined;
    }
  };

  const current = async (): Promise<Credential> => {
    const before = kept;
    if (before && clock.now() < before.renewAt) return before.credential;
    minting ??= renew();
    return minting.catch((error: unknown) => {
      if (before && kept === before && clock.now() < before.credential.expiresAt) return before.credential;
      throw error;
    });
  };

  return {
    current,
    replace: (refused) => {
      if (kept?.credential === refused) kept = undefined;
      return current();
    },
  };
};
