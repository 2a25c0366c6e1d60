import { Composer, type Document, isMap, isScalar, isSeq, LineCounter, Parser, parseDocument } from 'yaml';
import { brief } from '../rollout/outcome.ts';
import { checkYamlTree } from './check-yaml-tree.ts';
import { splitJsonStream } from './json-stream.ts';
import { kubernetesScalars } from './kubernetes-scalars.ts';
import { problemAt, type RenderCode, type RenderProblem } from './render-failed.ts';

/** One document of a manifest file: a plain JSON value, and `path:line (document n)` where it begins. */
export interface ManifestDocument {
  readonly value: unknown;
  readonly source: string;
}

export interface ParsedManifests {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly RenderProblem[];
}

/** Times one anchor may be used, uses within other anchors multiplied. Stops alias bombs; real files stay under 20. */
const ALIASES = 1_000;

/**
 * Reads a YAML file as kubectl does: any number of documents, the empty ones skipped; YAML 1.1 scalars (see kubernetes-scalars.ts);
 * anchors, aliases and merge keys; a byte order mark and CRLF accepted; a stream of JSON objects without separators. Stricter where kubectl loses something silently: keys
 * written twice, integers beyond 2^53, unknown tags, `%YAML` other than 1.1 and control characters are problems.
 * Never throws: documents with problems are left out and every problem of the file is returned.
 */
export const parseYaml = (path: string, bytes: Uint8Array): ParsedManifests =>
  withText(path, bytes, (text) => {
    const stream = jsonStreamOf(text);
    if (stream !== undefined) return readStream(path, text, stream);
    const lines = new LineCounter();
    const composer = new Composer({
      version: '1.1',
      merge: true,
      uniqueKeys: false,
      prettyErrors: false,
      customTags: kubernetesScalars,
      logLevel: 'silent',
    });
    const parts: ParsedManifests[] = [];
    // One after the other: the trees of all documents of a large file at once take 200 MB.
    for (const document of composer.compose(new Parser(lines.addNewLine).parse(text))) {
      endAsWritten(document.contents, text);
      parts.push(read(document, path, lines, ` (document ${parts.length + 1})`));
    }
    return templateIn(path, text, parts) ?? gather(parts);
  });

/** An action of a Go template outside of quotes and comments, as in `name: {{ .Release.Name }}`. */
const action = /^[^#'"]*(\{\{-? *(?:[.$]|[a-zA-Z]+\b)[^}]*\}\})/;

/**
 * A template of Helm's is no YAML yet: said once, in place of what YAML makes of each of its lines. It is one where an action stands on the
 * line that YAML stumbles on, or on the one before; in a text that is quoted or of several lines YAML reads over it.
 */
const templateIn = (path: string, text: string, parts: readonly ParsedManifests[]): ParsedManifests | undefined => {
  const lines = text.split('\n');
  for (const { code, source } of parts.flatMap(({ problems }) => problems)) {
    if (code === 'DUP_KEY') continue;
    const line = Number(/:(\d+):\d+ \(document \d+\)$/.exec(source)?.[1]);
    for (const near of [line - 1, line]) {
      const found = action.exec(lines[near - 1] ?? '');
      if (found === null) continue;
      const what = `${brief(found[1] ?? '', 60)} is for a template engine; apply what "helm template" prints, or leave it out`;
      return failed('YAML_ERROR', `${path}:${near}`, what);
    }
  }
  return undefined;
};

/**
 * Reads a JSON file: one value (RFC 8259), or a stream of objects. Keys written twice, of which `JSON.parse` keeps the last, are a
 * problem.
 */
export const parseJson = (path: string, bytes: Uint8Array): ParsedManifests =>
  withText(path, bytes, (text) => {
    const stream = jsonStreamOf(text);
    if (stream !== undefined) return readStream(path, text, stream);
    const lines = new LineCounter();
    return readJson(text, path, path, '', lines, lines);
  });

/** Two values and more: of one, the reader of the file's own format says more where it is wrong. */
const jsonStreamOf = (text: string): ReturnType<typeof splitJsonStream> => {
  const values = splitJsonStream(text);
  return values !== undefined && values.length > 1 ? values : undefined;
};

const readStream = (
  path: string,
  text: string,
  values: readonly (readonly [start: number, end: number])[],
): ParsedManifests => {
  const whole = new LineCounter();
  whole.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) whole.addNewLine(at + 1);
  const parts = values.map(([start, end], place) => {
    const which = ` (document ${place + 1})`;
    const lines: Lines = { linePos: (offset) => whole.linePos(offset + start) };
    const source = `${path}:${whole.linePos(start).line}${which}`;
    return readJson(text.slice(start, end), path, source, which, lines);
  });
  return gather(parts);
};

/** `source` stands for the whole value where nobody can say where in it. */
const readJson = (
  text: string,
  path: string,
  source: string,
  which: string,
  lines: Lines,
  lineCounter?: LineCounter,
): ParsedManifests => {
  try {
    JSON.parse(text);
  } catch (error) {
    return failed('JSON_ERROR', source, error instanceof Error ? error.message : String(error));
  }
  // Valid JSON is YAML once its tabs are spaces: a tab can not stand in a JSON string.
  const document = parseDocument(text.replaceAll('\t', ' '), {
    schema: 'json',
    uniqueKeys: false,
    prettyErrors: false,
    ...(lineCounter === undefined ? {} : { lineCounter }),
  });
  return read(document, path, lines, which);
};

/** Where an offset is in the file. */
type Lines = Pick<LineCounter, 'linePos'>;

/**
 * A block scalar that ends with the file, whose last line has no line break, has none either; the package gives every one a line
 * break (yaml 2.9.1; YAML 1.1, 4.5.2.2: chomping keeps what is there).
 */
const endAsWritten = (node: unknown, text: string): void => {
  if (isMap(node)) endAsWritten(node.items.at(-1)?.value, text);
  else if (isSeq(node)) endAsWritten(node.items.at(-1), text);
  else if (isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')) {
    const isLast = (node.range?.[1] ?? 0) >= text.length && /\S[^\S\r\n]*$/.test(text);
    if (isLast && typeof node.value === 'string') node.value = node.value.replace(/\n$/, '');
  }
};

const read = (document: Document.Parsed, path: string, lines: Lines, which: string): ParsedManifests => {
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}${which}`;
  };
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) {
    return failed('TOO_DEEP', path, 'nested deeper than 100 levels');
  }
  if (complaints.length > 0) {
    const problems = complaints.map(({ pos, message }) => problemAt('YAML_ERROR', at(pos[0]), message));
    return { documents: [], problems };
  }
  const { explicit, version } = document.directives?.yaml ?? {};
  if (explicit === true && version !== '1.1') {
    return failed('YAML_ERROR', path, `%YAML ${version} is not what kubectl reads; remove the directive`);
  }
  const { contents } = document;
  if (contents === null) return nothing;
  const findings = checkYamlTree(
    contents,
    (offset) => lines.linePos(offset).line,
    (alias) => alias.resolve(document),
  );
  if (findings.length > 0) {
    return { documents: [], problems: findings.map(({ code, offset, what }) => problemAt(code, at(offset), what)) };
  }
  const source = `${path}:${lines.linePos(contents.range[0]).line}${which}`;
  return expand(document, source);
};

/** The plain value, aliases and merges written out, nothing shared between its parts. */
const expand = (document: Document.Parsed, source: string): ParsedManifests => {
  try {
    const value: unknown = JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: ALIASES })) ?? 'null');
    return value === null ? nothing : { documents: [{ value, source }], problems: [] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/^Excessive alias|circular/.test(reason)) {
      return failed(
        'YAML_ALIASES',
        source,
        `an anchor is used more than ${ALIASES} times, counted through others, or in itself`,
      );
    }
    return failed('YAML_ERROR', source, reason);
  }
};

const withText = (path: string, bytes: Uint8Array, parse: (text: string) => ParsedManifests): ParsedManifests => {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return failed('NOT_UTF8', path, 'the file is not UTF-8 text; save it as UTF-8');
  }
  const control = /(?![\t\n\r\u0085])\p{Cc}/u.exec(text);
  if (control === null) return parse(text);
  const line = text.slice(0, control.index).split('\n').length;
  return failed(
    'YAML_ERROR',
    `${path}:${line}`,
    'a control character; remove it, or write it as an escape in a quoted string',
  );
};

const nothing: ParsedManifests = { documents: [], problems: [] };

const failed = (code: RenderCode, source: string, what: string): ParsedManifests => ({
  documents: [],
  problems: [problemAt(code, source, what)],
});

const gather = (parts: readonly ParsedManifests[]): ParsedManifests => ({
  documents: parts.flatMap((part) => part.documents),
  problems: parts.flatMap((part) => part.problems),
});
