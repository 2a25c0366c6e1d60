import { isObject, type Json, type JsonObject } from '../json.ts';
import type { MachineSettings } from '../sqlite/machines.ts';
import { WireError } from '../wire-error.ts';
import { objectOf } from './input.ts';

const LEVELS: readonly Json[] = ['ALL', 'ERROR', 'FATAL', 'OFF'];

const checkLogging = ({ level = 'OFF', destinations, includeExecutionData }: JsonObject): void => {
  const refuse = (because: string) => {
    throw new WireError('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${because}`);
  };
  if (!LEVELS.includes(level)) refuse(`Log level must be one of ${LEVELS.join(', ')}.`);
  if (includeExecutionData !== undefined && typeof includeExecutionData !== 'boolean')
    refuse('includeExecutionData must be true or false.');
  const places = Array.isArray(destinations) ? destinations : [];
  if (level !== 'OFF' && places.length !== 1) refuse('Must specify exactly one Log Destination.');
  for (const place of places as readonly Json[]) {
    const group = isObject(place) && isObject(place.cloudWatchLogsLogGroup) ? place.cloudWatchLogsLogGroup : {};
    if (typeof group.logGroupArn !== 'string' || !group.logGroupArn.endsWith(':*'))
      refuse('A log group ARN must end with :*.');
  }
};

const checkTracing = ({ enabled }: JsonObject): void => {
  if (typeof enabled !== 'boolean')
    throw new WireError('InvalidTracingConfiguration', 'Invalid Tracing Configuration: enabled must be true or false.');
};

const checkEncryption = ({ type, kmsKeyId, kmsDataKeyReusePeriodSeconds: period }: JsonObject): void => {
  const refuse = (because: string) => {
    throw new WireError('InvalidEncryptionConfiguration', `Invalid Encryption Configuration: ${because}`);
  };
  if (type !== 'AWS_OWNED_KEY' && type !== 'CUSTOMER_MANAGED_KMS_KEY')
    refuse('type must be AWS_OWNED_KEY or CUSTOMER_MANAGED_KMS_KEY.');
  if (type === 'CUSTOMER_MANAGED_KMS_KEY' && typeof kmsKeyId !== 'string') refuse('kmsKeyId must be given.');
  if (type === 'AWS_OWNED_KEY' && kmsKeyId !== undefined) refuse('kmsKeyId can not be given with AWS_OWNED_KEY.');
  if (period !== undefined && !(typeof period === 'number' && period >= 60 && period <= 900))
    refuse('kmsDataKeyReusePeriodSeconds must be from 60 to 900.');
};

/** The configurations in a request. Throws the error of the one that is wrong. */
export const settingsOf = (input: JsonObject): MachineSettings => {
  const loggingConfiguration = objectOf(input, 'loggingConfiguration');
  const tracingConfiguration = objectOf(input, 'tracingConfiguration');
  const encryptionConfiguration = objectOf(input, 'encryptionConfiguration');
  if (loggingConfiguration) checkLogging(loggingConfiguration);
  if (tracingConfiguration) checkTracing(tracingConfiguration);
  if (encryptionConfiguration) checkEncryption(encryptionConfiguration);
  return {
    ...(loggingConfiguration && { loggingConfiguration }),
    ...(tracingConfiguration && { tracingConfiguration }),
    ...(encryptionConfiguration && { encryptionConfiguration }),
  };
};

/** The configurations as a description tells them: what was not given is as it is without. */
export const toldSettings = (settings: MachineSettings): JsonObject => ({
  loggingConfiguration: { level: 'OFF', includeExecutionData: false, ...settings.loggingConfiguration },
  tracingConfiguration: settings.tracingConfiguration ?? { enabled: false },
  encryptionConfiguration: settings.encryptionConfiguration ?? { type: 'AWS_OWNED_KEY' },
});
