import type { FlagSetting, FlagSpec, FlagStore, FlagValue } from '../rollout/flag.ts';
import type { FlagEntry, FlagStoreEntry, FleetFile } from './config.ts';
import { durationMs } from './duration.ts';

/** The flags of the config and where they are kept, in the words of the rollout; none where it has none. */
export const toFlags = ({
  flags,
  flagStores,
}: Pick<FleetFile, 'flags' | 'flagStores'>): {
  readonly flags?: Readonly<Record<string, FlagSpec>>;
  readonly flagStores?: Readonly<Record<string, FlagStore>>;
} => {
  if (Object.keys(flags).length === 0) return {};
  return {
    flags: Object.fromEntries(Object.entries(flags).map(([name, entry]) => [name, toFlag(name, entry)])),
    flagStores: Object.fromEntries(Object.entries(flagStores).map(([name, entry]) => [name, toStore(entry)])),
  };
};

const toFlag = (name: string, { store, key, service, off, waves }: FlagEntry): FlagSpec => ({
  store,
  key: key ?? name,
  ...(service === undefined ? {} : { service }),
  off: off as FlagValue,
  waves: Object.fromEntries(Object.entries(waves).map(([wave, entry]) => [wave, toSetting(entry)])),
});

/** What is written for a wave: a plain value is what all of it get. */
export const toSetting = (entry: FlagEntry['waves'][string]): FlagSetting => {
  if (typeof entry !== 'object') return { value: entry };
  const { value, percent, otherwise } = entry;
  if (percent === undefined) return { value: value as FlagValue };
  return { value: value as FlagValue, percent, otherwise: otherwise as FlagValue };
};

const toStore = ({ ofrep, ofrepTokenSecret, seenWithin, allow, ...store }: FlagStoreEntry): FlagStore => ({
  ...('flagd' in store ? { flagd: given(store.flagd) } : { configcat: store.configcat }),
  ...(ofrep === undefined ? {} : { ofrep }),
  ...(ofrepTokenSecret === undefined ? {} : { ofrepTokenSecret }),
  seenWithinMs: durationMs(seenWithin),
  allow,
});

const given = ({ bucket, region, object, role, externalId }: Extract<FlagStoreEntry, { flagd: unknown }>['flagd']) => ({
  ...{ bucket, region, object },
  ...(role === undefined ? {} : { role }),
  ...(externalId === undefined ? {} : { externalId }),
});
