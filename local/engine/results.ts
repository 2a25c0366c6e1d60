import { isObject, type Json, type JsonObject, jsonText, parseJson } from './json.ts';
import type { ExecutionRow } from './sqlite/executions.ts';

/** A Map Run's results: what the state returns, and the objects that have to be written before. */
export interface Results {
  readonly output: Json;
  readonly objects: readonly { readonly bucket: string; readonly key: string; readonly body: string }[];
}

type Transformation = 'NONE' | 'COMPACT' | 'FLATTEN';

const entryOf = (child: ExecutionRow): JsonObject => ({
  ExecutionArn: child.arn,
  Input: child.input,
  InputDetails: { Included: true },
  Name: child.name,
  ...(child.output !== undefined && { Output: child.output, OutputDetails: { Included: true } }),
  ...(child.error !== undefined && { Error: child.error }),
  ...(child.cause !== undefined && { Cause: child.cause }),
  RedriveCount: child.redrives,
  RedriveStatus: child.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
  StartDate: new Date(child.started).toISOString(),
  StateMachineArn: child.machine,
  Status: child.status,
  ...(child.stopped !== undefined && { StopDate: new Date(child.stopped).toISOString() }),
});

const outputOf = (child: ExecutionRow): Json => (child.output === undefined ? null : (parseJson(child.output) ?? null));

const transformed = (children: readonly ExecutionRow[], transformation: Transformation): readonly Json[] => {
  if (transformation === 'NONE') return children.map(entryOf);
  const outputs = children.map((child) => (child.status === 'SUCCEEDED' ? outputOf(child) : entryOf(child)));
  return transformation === 'FLATTEN'
    ? outputs.flatMap((output) => (Array.isArray(output) ? output : [output]))
    : outputs;
};

/**
 * Puts the results of a Map Run together. Without a bucket the state returns the outputs of its succeeded children in the order
 * of the items; with one (ResultWriter) they go to `<Prefix>/<id of the run>/`, a file per status and a manifest, and the state
 * returns where that is.
 */
export const collectResults = (run: string, children: readonly ExecutionRow[], writer: Json | undefined): Results => {
  const settings = isObject(writer) ? writer : {};
  const place = isObject(settings.Arguments) ? settings.Arguments : {};
  const config = isObject(settings.WriterConfig) ? settings.WriterConfig : {};
  const bucket = typeof place.Bucket === 'string' ? place.Bucket : undefined;
  const transformation = (config.Transformation ?? (bucket === undefined ? 'COMPACT' : 'NONE')) as Transformation;
  if (bucket === undefined) {
    const succeeded = children.filter((child) => child.status === 'SUCCEEDED');
    return { output: transformed(succeeded, transformation), objects: [] };
  }
  const prefix = typeof place.Prefix === 'string' && place.Prefix !== '' ? `${place.Prefix}/` : '';
  const folder = `${prefix}${run.split(':').at(-1)}`;
  const lines = config.OutputType === 'JSONL';
  const fileOf = (name: string, group: readonly ExecutionRow[]) => {
    if (group.length === 0) return [];
    const entries = transformed(group, transformation);
    const body = lines ? entries.map((entry) => `${jsonText(entry)}\n`).join('') : jsonText(entries);
    return [{ bucket, key: `${folder}/${name}_0.${lines ? 'jsonl' : 'json'}`, body }];
  };
  const succeeded = fileOf(
    'SUCCEEDED',
    children.filter((child) => child.status === 'SUCCEEDED'),
  );
  const failed = fileOf(
    'FAILED',
    children.filter((child) => child.status !== 'SUCCEEDED'),
  );
  const sizes = (files: typeof succeeded) =>
    files.map(({ key, body }) => ({ Key: key, Size: Buffer.byteLength(body) }));
  const manifest = {
    DestinationBucket: bucket,
    MapRunArn: run,
    ResultFiles: { FAILED: sizes(failed), PENDING: [], SUCCEEDED: sizes(succeeded) },
  };
  const key = `${folder}/manifest.json`;
  return {
    output: { MapRunArn: run, ResultWriterDetails: { Bucket: bucket, Key: key } },
    objects: [...succeeded, ...failed, { bucket, key, body: jsonText(manifest) }],
  };
};
