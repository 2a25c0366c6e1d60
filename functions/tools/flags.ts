import type { OpeningTools } from '../../shared/flags/open-flag.ts';
import type { Outside } from '../../shared/outside/outside.ts';
import type { Release } from '../../shared/rollout/release.ts';
import type { FlagAt, FlagTools } from '../../shared/wave/flag-tools.ts';

type RoleOf = Parameters<OpeningTools['roleIdentity']>[0];

/** How flags are read and written. What speaks to their stores is loaded by the first wave that has one. */
export const flagTools = (outside: Outside): FlagTools => {
  const identities = new Map<string, ReturnType<OpeningTools['roleIdentity']>>();
  /** A role is assumed once for all flags of a store. One that could not be is asked for again. */
  const identityOf = (role: RoleOf, signal: AbortSignal): ReturnType<OpeningTools['roleIdentity']> => {
    const name = JSON.stringify([role.region, role.role, role.externalId]);
    const known = identities.get(name);
    if (known !== undefined) return known;
    const asked = roleIdentity(role, outside, signal);
    identities.set(name, asked);
    asked.catch(() => identities.delete(name));
    return asked;
  };
  const open = async (of: Release, { store: name, key, wave }: FlagAt, signal: AbortSignal) => {
    const store = of.flagStores?.[name];
    if (store === undefined) return unknown(name);
    const { openFlag } = await import('../../shared/flags/open-flag.ts');
    return openFlag(store, key, wave, { roleIdentity: (role) => identityOf(role, signal) }, outside);
  };
  return {
    readFlag: async (of, flag, signal) => {
      const place = await open(of, flag, signal);
      return 'status' in place ? place : place.read(signal);
    },
    writeFlag: async (of, flag, setting, version, signal) => {
      const place = await open(of, flag, signal);
      return 'status' in place ? place : place.write(setting, version, signal);
    },
    readServed: async (of, flag, wanted, target, signal) => {
      const store = of.flagStores?.[flag.store];
      if (store === undefined) return { status: 'unknown', because: unknown(flag.store).because };
      const { readServed } = await import('../../shared/flags/read-served.ts');
      return readServed(store, flag.key, of.flags?.[flag.flag]?.off ?? wanted.value, wanted, target, outside, signal);
    },
  };
};

const unknown = (store: string) => ({ status: 'refused', because: `the release has no flag store ${store}` }) as const;

const roleIdentity = async (role: RoleOf, outside: Outside, signal: AbortSignal) =>
  (await import('../../shared/clouds/sts.ts')).roleIdentity(role, outside, signal);
