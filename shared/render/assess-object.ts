import type { Manifest } from '../rollout/release.ts';
import type { RenderProblem } from './render-failed.ts';

type Finding = Pick<RenderProblem, 'code' | 'what'>;

/** Bytes of the object as JSON that etcd takes by default (--max-request-bytes). */
const OBJECT_BYTES = 1_572_864;
/** Bytes of all keys and values of annotations together (apimachinery, TotalAnnotationSizeLimitB). */
const ANNOTATION_BYTES = 262_144;
/** Bytes of the data of a ConfigMap or Secret (MaxSecretSize). */
const DATA_BYTES = 1_048_576;

/** Kinds of the core group whose name is a DNS label (RFC 1123, RFC 1035). All others take a DNS subdomain or a path segment. */
const labelNamed: ReadonlySet<string> = new Set(['Namespace', 'Service']);

/**
 * What an API server would refuse about any object's metadata and size, found before anything is written. Names are checked for
 * length and for what cannot be a path segment; what a kind allows beyond that is the server's to say, in the dry run.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/ (names, labels, annotations).
 */
export const assessObject = (object: Manifest): readonly Finding[] => [
  ...assessName(object),
  ...assessNamespace(object.metadata.namespace),
  ...assessLabels(object.metadata.labels),
  ...assessAnnotations(object.metadata.annotations),
  ...assessSize(object),
];

const assessName = ({ apiVersion, kind, metadata: { name } }: Manifest): readonly Finding[] => {
  const most = apiVersion === 'v1' && labelNamed.has(kind) ? 63 : 253;
  if (name.length > most) return limit(`metadata.name has ${name.length} characters; at most ${most} are allowed`);
  if (/[/%\s]/.test(name) || name === '.' || name === '..')
    return invalid('metadata.name must not hold /, % or a space, nor be . or ..');
  return [];
};

const assessNamespace = (namespace: unknown): readonly Finding[] => {
  if (namespace === undefined) return [];
  if (typeof namespace === 'string' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return [];
  return invalid(
    'metadata.namespace must be 1 to 63 lower-case letters, digits and -, beginning and ending with a letter or digit',
  );
};

const assessLabels = (labels: unknown): readonly Finding[] =>
  textMembers('metadata.labels', labels, (key, value) => {
    if (value.length > 63)
      return limit(`metadata.labels.${key} has ${value.length} characters; at most 63 are allowed`);
    if (value !== '' && !segment.test(value)) {
      return invalid(
        `metadata.labels.${key} must be letters, digits, -, _ and ., beginning and ending with a letter or digit`,
      );
    }
    return [];
  });

const assessAnnotations = (annotations: unknown): readonly Finding[] => {
  const findings = textMembers('metadata.annotations', annotations, () => []);
  const bytes = Buffer.byteLength(
    Object.entries(annotations ?? {})
      .flat()
      .join(''),
  );
  return bytes <= ANNOTATION_BYTES
    ? findings
    : [...findings, ...limit(`metadata.annotations have ${bytes} bytes; at most ${ANNOTATION_BYTES} are allowed`)];
};

const assessSize = (object: Manifest): readonly Finding[] => {
  const bytes = Buffer.byteLength(JSON.stringify(object));
  if (bytes > OBJECT_BYTES) return limit(`the object has ${bytes} bytes as JSON; at most ${OBJECT_BYTES} are allowed`);
  if (object.apiVersion !== 'v1' || !['ConfigMap', 'Secret'].includes(object.kind)) return [];
  const data = Buffer.byteLength(Object.values(object.data ?? {}).join(''));
  return data <= DATA_BYTES ? [] : limit(`data has ${data} bytes; at most ${DATA_BYTES} are allowed`);
};

const segment = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const prefix = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Keys as Kubernetes qualifies them (`prefix/name`), values text. */
const textMembers = (
  path: string,
  members: unknown,
  assess: (key: string, value: string) => readonly Finding[],
): readonly Finding[] => {
  if (members === undefined) return [];
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    return invalid(`${path} must be an object`);
  return Object.entries(members).flatMap(([key, value]) => {
    const [name = '', ...before] = key.split('/').reverse();
    if (before.length > 1 || name.length > 63 || !segment.test(name) || before.some((part) => !prefix.test(part))) {
      return invalid(`${path} has the key ${key}, which is not [prefix/]name with a name of at most 63 characters`);
    }
    if (typeof value === 'string') return assess(key, value);
    return invalid(
      `${path}.${key} must be text, not ${value === null ? 'null' : `the ${typeof value} ${String(value)}; quote it`}`,
    );
  });
};

const invalid = (what: string): readonly Finding[] => [{ code: 'OBJECT_INVALID', what }];
const limit = (what: string): readonly Finding[] => [{ code: 'OBJECT_LIMIT', what }];
