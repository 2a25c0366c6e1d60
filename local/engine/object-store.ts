/** An object as ListObjectsV2 tells of it; the members are those Step Functions makes an item of. */
export interface StoredObject {
  readonly Key: string;
  readonly Etag?: string;
  readonly LastModified?: number;
  readonly Size?: number;
  readonly StorageClass?: string;
}

/** Objects in S3, or what stands for it. */
export interface ObjectStore {
  /** `version`: the id of an older content, where the bucket keeps those. */
  get(bucket: string, key: string, version?: string): Promise<Uint8Array>;
  put(bucket: string, key: string, bytes: Uint8Array): Promise<void>;
  /** Those whose keys begin with `prefix`, in the order of their keys; absent where the store has no such question. */
  list?(bucket: string, prefix: string): Promise<readonly StoredObject[]>;
}
