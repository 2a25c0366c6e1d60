import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { awsClientSettings } from '../outside/aws-client-settings.ts';
import type { AwsIdentity } from '../outside/aws-identity.ts';
import type { Clock } from '../outside/clock.ts';
import type { Http } from '../outside/http.ts';
import type { FlagdStore, FlagSetting } from '../rollout/flag.ts';
import type { FlagPlace, FlagWritten } from './flag-place.ts';
import { fileWithSetting, settingInFile } from './flagd-file.ts';
import { inTime } from './in-time.ts';

/** A definition file above this is not one that people keep; what flagd loads is far below. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What is said of both reading and writing when there is no answer, or one that is no use. */
type Failed = { readonly status: 'refused' | 'unreachable'; readonly because: string };

/**
 * A flag in a definition file of flagd that is an object of S3. Compared and set: the object is written only while its ETag is the one
 * that was read (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html), so that a change of anybody else, to any flag of
 * the file, is never lost.
 */
export const flagdPlace = (
  { region, bucket, object }: FlagdStore['flagd'],
  key: string,
  outside: { readonly http: Http; readonly identity: AwsIdentity; readonly clock: Pick<Clock, 'after'> },
): FlagPlace => {
  const client = new S3Client(awsClientSettings(outside.http, outside.identity, region));
  const place = `s3://${bucket}/${object}`;
  const fetchFile = async (signal: AbortSignal): Promise<{ readonly text: string; readonly tag: string } | Failed> => {
    try {
      const {
        Body,
        ETag,
        ContentLength = 0,
      } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: object }), {
        abortSignal: signal,
      });
      if (ContentLength > MOST_BYTES)
        return { status: 'refused', because: `${place} has more than ${MOST_BYTES} bytes` };
      if (ETag === undefined) return { status: 'unreachable', because: `${place} was answered without an ETag` };
      return { text: (await Body?.transformToString('utf-8')) ?? '', tag: ETag };
    } catch (error) {
      return failed(place, error);
    }
  };
  const write = async (setting: FlagSetting, version: string, signal: AbortSignal): Promise<FlagWritten> => {
    const found = await fetchFile(signal);
    if ('status' in found) return found;
    if (found.tag !== version) return changed(place);
    const next = fileWithSetting(found.text, key, setting);
    if (!next.ok) return { status: 'refused', because: `${place}: ${next.because}` };
    try {
      const put = { Bucket: bucket, Key: object, Body: next.value, IfMatch: version, ContentType: 'application/json' };
      await client.send(new PutObjectCommand(put), { abortSignal: signal });
      return { status: 'written' };
    } catch (error) {
      // 412: another ETag; 409: somebody else writes it at this moment.
      return [409, 412].includes(statusOf(error)) ? changed(place) : failed(place, error);
    }
  };
  return {
    read: (signal) =>
      inTime(outside, signal, place, async (within) => {
        const found = await fetchFile(within);
        if ('status' in found) return found;
        const setting = settingInFile(found.text, key);
        return setting.ok
          ? { status: 'read', setting: setting.value, version: found.tag }
          : { status: 'refused', because: `${place}: ${setting.because}` };
      }),
    write: (setting, version, signal) =>
      inTime(outside, signal, place, async (within) => write(setting, version, within)),
  };
};

const changed = (place: string): FlagWritten => ({
  status: 'changed',
  because: `${place} was changed between reading and writing`,
});

const statusOf = (error: unknown): number => {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : 0;
  return typeof status === 'number' ? status : 0;
};

/** What S3 says no to for good is refused; anything else may be answered the next time. */
const failed = (place: string, error: unknown): Failed => {
  const status = statusOf(error);
  const name = error instanceof Error ? error.name : 'no answer';
  const because = `${place} answered ${status === 0 ? 'nothing' : status} (${name})`;
  return { status: status >= 400 && status < 500 && status !== 429 ? 'refused' : 'unreachable', because };
};
