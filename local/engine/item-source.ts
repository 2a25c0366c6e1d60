import { gunzipSync } from 'node:zlib';
import { csvRows, ItemsUnreadable, itemsFrom } from './items.ts';
import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import type { ObjectStore } from './object-store.ts';
import type { MapItems } from './states/map-items.ts';

/** What an ItemReader found, and `$states.context.Map.Item.Source` of it. */
export interface SourcedItems extends MapItems {
  readonly source: string;
}

const partOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** Step Functions unpacks gzip where an inventory or an UNLOAD wrote it. */
const unpacked = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { ignoreBOM: false }).decode(
    bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes,
  );

interface Reading {
  readonly objects: ObjectStore;
  readonly settings: JsonObject;
  readonly bucket: string;
  /** Items wanted at most. */
  readonly most: number;
}

/** Items of several objects one after the other, until there are enough. */
const together = async (
  most: number,
  places: readonly { readonly bucket: string; readonly key: string }[],
  read: (bucket: string, key: string) => Promise<readonly Json[]>,
): Promise<readonly Json[]> => {
  const items: Json[] = [];
  for (const { bucket, key } of places) {
    if (items.length >= most) break;
    for (const item of await read(bucket, key)) items.push(item);
  }
  return items;
};

/** The rows of an S3 Inventory (CSV), each an item with the columns that its manifest's `fileSchema` names. */
const fromInventory = async ({ objects, bucket, most }: Reading, content: string): Promise<readonly Json[]> => {
  const manifest = partOf(parseJson(content));
  const columns = String(manifest.fileSchema ?? '')
    .split(',')
    .map((name) => name.trim());
  if (manifest.fileFormat !== 'CSV' || !Array.isArray(manifest.files))
    throw new ItemsUnreadable('the manifest is none of an S3 Inventory with fileFormat CSV');
  const home = String(manifest.destinationBucket ?? bucket).replace(/^arn:aws[a-z-]*:s3:::/, '');
  const places = manifest.files.map((file: Json) => ({ bucket: home, key: String(partOf(file).key) }));
  return together(most, places, async (from, key) =>
    csvRows(unpacked(await objects.get(from, key)), ',').map((row) =>
      Object.fromEntries(columns.map((name, column) => [name, row[column] ?? ''])),
    ),
  );
};

/** The objects that an Athena UNLOAD lists, one `s3://bucket/key` a line, each read as InputType says. */
const fromAthena = ({ objects, settings, most }: Reading, content: string): Promise<readonly Json[]> => {
  const places = csvRows(content, ',').map(([uri = '']) => {
    const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/i.exec(uri) ?? [];
    if (bucket === undefined || key === undefined)
      throw new ItemsUnreadable(`the manifest names '${uri}', which is no s3://bucket/key`);
    return { bucket, key };
  });
  return together(most, places, async (from, key) => itemsFrom(unpacked(await objects.get(from, key)), settings).items);
};

/** Every object below a prefix: what it is called, or with LOAD_AND_FLATTEN what is in it. */
const fromListing = async ({ objects, settings, bucket, most }: Reading, prefix: string): Promise<readonly Json[]> => {
  if (!objects.list) throw new ItemsUnreadable('the objects of this engine can not be listed (s3:listObjectsV2)');
  const listed = await objects.list(bucket, prefix);
  if (settings.Transformation !== 'LOAD_AND_FLATTEN') return listed.map((object) => ({ ...object }));
  const places = listed.map(({ Key }) => ({ bucket, key: Key }));
  return together(most, places, async (from, key) => itemsFrom(unpacked(await objects.get(from, key)), settings).items);
};

const readFrom = async (reading: Reading, resource: string, place: JsonObject): Promise<SourcedItems> => {
  const { objects, settings, bucket } = reading;
  if (resource.endsWith(':listObjectsV2')) {
    const items = await fromListing(reading, String(place.Prefix ?? ''));
    return { items, keyed: false, source: `S3://${bucket}` };
  }
  const key = String(place.Key);
  const source = `S3://${bucket}/${key}`;
  const version = typeof place.VersionId === 'string' ? place.VersionId : undefined;
  const content = unpacked(await objects.get(bucket, key, version));
  if (settings.ManifestType === 'ATHENA_DATA')
    return { items: await fromAthena(reading, content), keyed: false, source };
  if (settings.InputType === 'MANIFEST') return { items: await fromInventory(reading, content), keyed: false, source };
  return { ...itemsFrom(content, settings), source };
};

/**
 * Reads what an evaluated ItemReader names: one object (JSON, JSONL, CSV), those of an S3 Inventory or an Athena UNLOAD, or a
 * listing; at most `MaxItems`. Rejects with `ItemsUnreadable` and with what the store rejects with.
 */
export const readItems = async (objects: ObjectStore, reader: Json | undefined): Promise<SourcedItems> => {
  const { Resource, Arguments, ReaderConfig } = partOf(reader);
  const place = partOf(Arguments);
  const settings = partOf(ReaderConfig);
  const most = Number(settings.MaxItems) > 0 ? Number(settings.MaxItems) : Number.POSITIVE_INFINITY;
  const reading = { objects, settings, bucket: String(place.Bucket), most };
  const found = await readFrom(reading, String(Resource), place);
  return { ...found, items: found.items.slice(0, most) };
};
