import { describe, expect, it } from 'vitest';
import { type Credential, keepCredential } from '../../shared/clouds/credential.ts';

/** A clock that is moved by hand. */
const manualClock = () => {
  let now = 0;
  const waiting: { readonly at: number; readonly run: () => void }[] = [];
  return {
    clock: {
      now: () => now,
      sleep: () => Promise.reject(new Error('nobody sleeps here')),
      after: (ms: number, run: () => void) => {
        const entry = { at: now + ms, run };
        waiting.push(entry);
        return () => {
          if (waiting.includes(entry)) waiting.splice(waiting.indexOf(entry), 1);
        };
      },
    },
    waiting,
    pass: (ms: number) => {
      now += ms;
      for (const entry of waiting.filter(({ at }) => at <= now)) entry.run();
    },
  };
};

const minting = (results: readonly (Credential | Error)[]) => {
  const left = [...results];
  return async () => {
    const next = left.shift() ?? new Error('minted too often');
    if (next instanceof Error) throw next;
    return next;
  };
};
const first: Credential = { token: 'first', expiresAt: 1000 };
const second: Credential = { token: 'second', expiresAt: 2000 };

describe('keepCredential', () => {
  it('keeps one until 80 % of its life', async () => {
    const { clock, pass } = manualClock();
    const kept = keepCredential(clock, minting([first, second]));
    expect(await kept.current()).toBe(first);
    pass(799);
    expect(await kept.current()).toBe(first);
    pass(1);
    expect(await kept.current()).toBe(second);
  });

  it('uses the kept one to its end while minting fails, and not beyond', async () => {
    const { clock, pass } = manualClock();
    const down = new Error('down');
    const kept = keepCredential(clock, minting([first, down, down]));
    await kept.current();
    pass(999);
    expect(await kept.current()).toBe(first);
    pass(1);
    await expect(kept.current()).rejects.toBe(down);
  });

  it('never hands out a refused one again, even while minting fails', async () => {
    const down = new Error('down');
    const kept = keepCredential(manualClock().clock, minting([first, down]));
    await kept.current();
    await expect(kept.replace(first)).rejects.toBe(down);
  });

  it('replaces one that several were refused with once', async () => {
    const kept = keepCredential(manualClock().clock, minting([first, second]));
    await kept.current();
    expect(await Promise.all([kept.replace(first), kept.replace(first)])).toEqual([second, second]);
    expect(await kept.replace(first)).toBe(second);
  });

  it('gives minting up after 30 s, and leaves no timer behind', async () => {
    const { clock, pass, waiting } = manualClock();
    const kept = keepCredential(
      clock,
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const pending = kept.current();
    pass(30_000);
    await expect(pending).rejects.toMatchObject({ name: 'TimeoutError', message: 'no credential within 30 s' });
    expect(waiting).toEqual([]);
  });
});
