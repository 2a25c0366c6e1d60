import { DatabaseSync } from 'node:sqlite';
import type { KubeObject } from '../object.ts';

/** Where one object lives. `resource` is `plural.group`, or `plural` of the core group; `namespace` is empty for cluster-scoped kinds. */
export interface ObjectKey {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface Change {
  readonly resourceVersion: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: ObjectKey;
  readonly object: KubeObject;
  /** What was there before, so that a watch with a selector can tell leaving from changing. */
  readonly previous?: KubeObject;
}

/** All objects of one API server under one growing resourceVersion, with the changes a watch may still ask for. */
export interface Storage {
  get(key: ObjectKey): KubeObject | undefined;
  /** In order of namespace, then name. Without a namespace, of all of them. */
  list(resource: string, namespace?: string): readonly KubeObject[];
  resources(): readonly string[];
  /** Writes the object under the next resourceVersion and returns it as stored. */
  put(key: ObjectKey, object: KubeObject): KubeObject;
  /** Removes it; the change carries `last`, under the next resourceVersion. */
  remove(key: ObjectKey, last: KubeObject): KubeObject;
  resourceVersion(): number;
  /** Changes after `resourceVersion`, oldest first, or undefined where some of them are no longer kept. */
  changesSince(resourceVersion: number): readonly Change[] | undefined;
  oldestKept(): number;
  /** Called after each change, in the order of registration. The returned function ends it. */
  subscribe(listener: (change: Change) => void): () => void;
  /** What a controller has to remember beside the objects. */
  remember(topic: string, key: string, value: string | undefined): void;
  recall(topic: string, key: string): string | undefined;
}

/** A path, or a database that others use too: the tables' rows carry the server's name. */
export type DatabaseOrPath = DatabaseSync | string;

const schema = `
  CREATE TABLE IF NOT EXISTS kube_object (server TEXT, resource TEXT, namespace TEXT, name TEXT, body TEXT NOT NULL,
    PRIMARY KEY (server, resource, namespace, name)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS kube_change (server TEXT, version INTEGER, type TEXT, resource TEXT, namespace TEXT, name TEXT,
    body TEXT NOT NULL, previous TEXT, PRIMARY KEY (server, version)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS kube_memory (server TEXT, topic TEXT, key TEXT, value TEXT NOT NULL,
    PRIMARY KEY (server, topic, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS kube_request (server TEXT, number INTEGER, record TEXT NOT NULL,
    PRIMARY KEY (server, number)) WITHOUT ROWID;`;

/** The layout of these tables. Files of the first one were not marked. */
const LAYOUT = 1;

/** The file was written by a later Tidegate. */
export class FleetUnreadable extends Error {
  override readonly name = 'FleetUnreadable';
  constructor(layout: number) {
    super(
      `simulated fleet: fleet.sqlite has layout ${layout}, this Tidegate knows ${LAYOUT}; start the later one, or begin anew with --fresh`,
    );
  }
}

/**
 * Opens the database and makes the tables. Its write-ahead log survives a killed process; a machine that loses power may forget the last
 * writes, which is what a simulated cluster may. Throws `FleetUnreadable` for a later layout and leaves that as it is.
 */
export const openDatabase = (database: DatabaseOrPath): DatabaseSync => {
  const opened = typeof database === 'string' ? new DatabaseSync(database) : database;
  const layout = Number(opened.prepare('PRAGMA user_version').get()?.user_version);
  if (layout > LAYOUT) throw new FleetUnreadable(layout);
  opened.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${schema} PRAGMA user_version = ${LAYOUT};`);
  return opened;
};

const keyText = ({ namespace, name }: Pick<ObjectKey, 'namespace' | 'name'>) => `${namespace}/${name}`;

/**
 * The storage of the server `server` in `database`. Objects are read from memory, written through; one transaction a change. Callers
 * must not change objects they get. `historyKept` is how many changes a watch can go back.
 */
export const openStorage = (database: DatabaseSync, server: string, historyKept: number): Storage => {
  const insert = database.prepare('INSERT OR REPLACE INTO kube_object VALUES (?, ?, ?, ?, ?)');
  const erase = database.prepare(
    'DELETE FROM kube_object WHERE server = ? AND resource = ? AND namespace = ? AND name = ?',
  );
  const record = database.prepare('INSERT INTO kube_change VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const forget = database.prepare('DELETE FROM kube_change WHERE server = ? AND version <= ?');
  const keep = database.prepare('INSERT OR REPLACE INTO kube_memory VALUES (?, ?, ?, ?)');
  const drop = database.prepare('DELETE FROM kube_memory WHERE server = ? AND topic = ? AND key = ?');
  const find = database.prepare('SELECT value FROM kube_memory WHERE server = ? AND topic = ? AND key = ?');

  const objects = new Map<string, Map<string, KubeObject>>();
  /** The tables that were listed since they last changed, in order. */
  const ordered = new Map<string, readonly (readonly [string, KubeObject])[]>();
  const inOrder = (resource: string) => {
    const known = ordered.get(resource);
    if (known !== undefined) return known;
    const sorted = [...(objects.get(resource) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    ordered.set(resource, sorted);
    return sorted;
  };
  const tableOf = (resource: string) => {
    const table = objects.get(resource) ?? new Map<string, KubeObject>();
    objects.set(resource, table);
    return table;
  };
  for (const row of database.prepare('SELECT * FROM kube_object WHERE server = ?').iterate(server)) {
    const key = keyText({ namespace: String(row.namespace), name: String(row.name) });
    tableOf(String(row.resource)).set(key, JSON.parse(String(row.body)));
  }
  let changes: Change[] = database
    .prepare('SELECT * FROM kube_change WHERE server = ? ORDER BY version')
    .all(server)
    .map((row) => ({
      resourceVersion: Number(row.version),
      type: row.type === 'ADDED' || row.type === 'DELETED' ? row.type : 'MODIFIED',
      key: { resource: String(row.resource), namespace: String(row.namespace), name: String(row.name) },
      object: JSON.parse(String(row.body)),
      ...(row.previous === null ? {} : { previous: JSON.parse(String(row.previous)) }),
    }));
  // The first object gets 2, as from etcd: a client may say 1 to mean an object that is not there.
  let version = changes.at(-1)?.resourceVersion ?? 1;
  let oldest = (changes.at(0)?.resourceVersion ?? 2) - 1;
  const listeners = new Set<(change: Change) => void>();

  const commit = (change: Change) => {
    const { resource, namespace, name } = change.key;
    const body = JSON.stringify(change.object);
    const previous = change.previous === undefined ? null : JSON.stringify(change.previous);
    database.exec('SAVEPOINT kube_write');
    if (change.type === 'DELETED') erase.run(server, resource, namespace, name);
    else insert.run(server, resource, namespace, name, body);
    record.run(server, change.resourceVersion, change.type, resource, namespace, name, body, previous);
    database.exec('RELEASE kube_write');
    version = change.resourceVersion;
    ordered.delete(resource);
    if (change.type === 'DELETED') tableOf(resource).delete(keyText(change.key));
    else tableOf(resource).set(keyText(change.key), change.object);
    changes.push(change);
    if (changes.length > historyKept * 2) {
      changes = changes.slice(-historyKept);
      oldest = (changes[0]?.resourceVersion ?? 1) - 1;
      forget.run(server, oldest);
    }
    for (const listener of [...listeners]) listener(change);
  };

  const stamped = (object: KubeObject, next: number): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: String(next) },
  });

  return {
    get: (key) => objects.get(key.resource)?.get(keyText(key)),
    list: (resource, namespace) => {
      const found = inOrder(resource);
      const wanted = namespace === undefined ? found : found.filter(([key]) => key.startsWith(`${namespace}/`));
      return wanted.map(([, object]) => object);
    },
    resources: () => [...objects.keys()].toSorted(),
    put: (key, object) => {
      const previous = objects.get(key.resource)?.get(keyText(key));
      const next = stamped(object, version + 1);
      const change = { resourceVersion: version + 1, key, object: next };
      commit(previous === undefined ? { ...change, type: 'ADDED' } : { ...change, type: 'MODIFIED', previous });
      return next;
    },
    remove: (key, last) => {
      const previous = objects.get(key.resource)?.get(keyText(key));
      const object = stamped(last, version + 1);
      commit({ resourceVersion: version + 1, type: 'DELETED', key, object, ...(previous ? { previous } : {}) });
      return object;
    },
    resourceVersion: () => version,
    changesSince: (since) =>
      since < oldest ? undefined : changes.filter(({ resourceVersion }) => resourceVersion > since),
    oldestKept: () => oldest,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    remember: (topic, key, value) => {
      if (value === undefined) drop.run(server, topic, key);
      else keep.run(server, topic, key, value);
    },
    recall: (topic, key) => {
      const row = find.get(server, topic, key);
      return row === undefined ? undefined : String(row.value);
    },
  };
};
