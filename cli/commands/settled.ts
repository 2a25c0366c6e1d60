import { isObject, textAt } from '../../shared/apply/fields.ts';
import type { LiveObject } from '../../shared/apply/live-object.ts';
import { groupOf, objectId, spoken } from '../../shared/apply/object-id.ts';
import { readableText } from '../../shared/apply/settle/readable-text.ts';
import { assessSettled } from '../../shared/apply/settled/assess-settled.ts';
import { assessKstatus } from '../../shared/apply/settled/kstatus.ts';
import type { Settled } from '../../shared/apply/settled/settled-rules.ts';
import type { ManifestDocument } from '../../shared/render/parse-yaml.ts';
import { listProblems } from '../../shared/render/render-failed.ts';
import { type Options, type Run, textOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readObjectFiles } from '../object-files.ts';
import { badInput } from '../stop.ts';

type Judge = (object: LiveObject, now: number) => Settled;

const rules: Readonly<Record<string, Judge>> = {
  tidegate: (object, now) => assessSettled(object, now),
  kstatus: assessKstatus,
};

/**
 * Judges objects as they stand in files, each for itself, without asking a cluster. Exit 0 when all are ready, 3 when not, 2 when
 * anything can not be read; what can be is judged all the same.
 */
export const run: Run = async (paths, options, { terminal, json }) => {
  const judge = judgeOf(options);
  const now = momentOf(options) ?? terminal.clock.now();
  const { documents, problems } = readObjectFiles(terminal.directory, paths, 'as-kubectl');
  const unreadable = [...problems];
  let allReady = true;
  for (const document of documents) {
    for (const found of objectsIn(document)) {
      if ('problem' in found) {
        unreadable.push(found.problem);
        continue;
      }
      const { status, reason, message } = judge(found.object, now);
      const identity = identify(found.object);
      allReady &&= status === 'ready';
      const said = message === '' ? '' : `: ${readableText(message)}`;
      if (json) terminal.out(JSON.stringify({ identity, status, reason, message }));
      else terminal.out(`${terminal.style(colours[status], status.padEnd(11))} ${spoken(identity)} ${reason}${said}`);
    }
  }
  if (unreadable.length === 0) return allReady ? exitCodes.done : exitCodes.notGood;
  terminal.say(listProblems(unreadable));
  return exitCodes.badInput;
};

const colours = {
  ready: 'green',
  'in-progress': 'yellow',
  failed: 'red',
  terminating: 'yellow',
  unknown: 'red',
} as const satisfies Readonly<Record<Settled['status'], string>>;

const judgeOf = (options: Options): Judge => {
  const named = textOption(options, 'rules') ?? 'tidegate';
  const judge = Object.hasOwn(rules, named) ? rules[named] : undefined;
  if (judge === undefined) throw badInput(`--rules ${named}: expected tidegate or kstatus`);
  return judge;
};

/** RFC 3339, or milliseconds since the epoch. */
const momentOf = (options: Options): number | undefined => {
  const given = textOption(options, 'now');
  if (given === undefined) return undefined;
  const moment = /^\d+$/.test(given) ? Number(given) : Date.parse(given);
  if (Number.isNaN(moment)) throw badInput(`--now ${given}: expected a time as 2026-03-01T12:00:00Z`);
  return moment;
};

type Found = { readonly object: LiveObject } | { readonly problem: string };

/** The objects of a document: itself, or the items of a List. Judged as given, so hardly anything of them is required. */
const objectsIn = ({ value, source }: ManifestDocument): readonly Found[] => {
  if (!isObject(value)) return [{ problem: `${source}: expected a Kubernetes object` }];
  const kind = textAt(value, 'kind');
  // Of no objects the API server writes null.
  if (kind?.endsWith('List') && value.items === null) return [];
  if (kind?.endsWith('List') && Array.isArray(value.items)) {
    const given = kind === 'List' ? {} : { apiVersion: value.apiVersion, kind: kind.slice(0, -'List'.length) };
    return value.items.flatMap((item: unknown) =>
      objectsIn({ value: isObject(item) ? { ...given, ...item } : item, source }),
    );
  }
  const apiVersion = textAt(value, 'apiVersion');
  if (!apiVersion || !kind) return [{ problem: `${source}: expected a Kubernetes object with apiVersion and kind` }];
  if (!isObject(value.metadata ?? {})) return [{ problem: `${source}: expected metadata to be an object` }];
  const metadata = isObject(value.metadata) ? value.metadata : {};
  const name = textAt(metadata, 'name') ?? '';
  return [{ object: { ...value, apiVersion, kind, metadata: { uid: '', resourceVersion: '', ...metadata, name } } }];
};

const identify = ({ apiVersion, kind, metadata }: LiveObject) =>
  objectId({ group: groupOf(apiVersion), kind, namespace: metadata.namespace ?? '', name: metadata.name });
