import type { AwsIdentity } from '../outside/aws-identity.ts';
import type { Outside } from '../outside/outside.ts';
import { type FlagStore, inWave } from '../rollout/flag.ts';
import { configCatPlace } from './configcat.ts';
import type { FlagPlace } from './flag-place.ts';

export interface OpeningTools {
  /** Who we are to be to S3: ourselves, or a role. */
  roleIdentity(account: {
    readonly region: string;
    readonly role?: string;
    readonly externalId?: string;
  }): Promise<AwsIdentity>;
}

/** The place of a flag in a wave, in whichever store it is kept. */
export const openFlag = async (
  store: FlagStore,
  key: string,
  wave: string,
  tools: OpeningTools,
  outside: Pick<Outside, 'http' | 'secrets' | 'clock'>,
): Promise<FlagPlace> => {
  if ('configcat' in store) return configCatPlace(store.configcat, store, key, wave, outside);
  const { flagdPlace } = await import('./flagd-s3.ts');
  const { flagd } = store;
  const identity = await tools.roleIdentity(flagd);
  return flagdPlace({ ...flagd, object: inWave(flagd.object, wave), bucket: inWave(flagd.bucket, wave) }, key, {
    ...outside,
    identity,
  });
};
