import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { itemsIn, type MapItems } from './states/map-items.ts';

/** The object in S3 does not hold items as its ReaderConfig says. */
export class ItemsUnreadable extends Error {
  override readonly name = 'ItemsUnreadable';
  constructor(because: string) {
    super(`items: ${because}`);
  }
}

/**
 * The items in an S3 object, as ReaderConfig says: `InputType` JSON (an array, or an object taken as Key and Value pairs; below
 * `ItemsPointer` if given), JSONL or CSV (`CSVHeaderLocation`, `CSVHeaders`, `CSVDelimiter`). Throws `ItemsUnreadable`.
 */
export const itemsFrom = (content: string, settings: JsonObject): MapItems => {
  const type = settings.InputType ?? 'JSON';
  if (type === 'JSON') return fromJson(content, settings.ItemsPointer);
  if (type === 'JSONL') return { items: fromLines(content), keyed: false };
  if (type === 'CSV') return { items: fromCsv(content, settings), keyed: false };
  throw new ItemsUnreadable(`the InputType '${String(type)}' is not read by this engine; it reads JSON, JSONL and CSV`);
};

const pointed = (value: Json, pointer: string): Json | undefined =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>((at, key) => {
      if (Array.isArray(at)) return at[Number(key)];
      return isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }, value);

const fromJson = (content: string, pointer: Json | undefined): MapItems => {
  const whole = parseJson(content);
  if (whole === undefined) throw new ItemsUnreadable('the object is not JSON');
  const value = typeof pointer === 'string' ? pointed(whole, pointer) : whole;
  const found = value === undefined ? undefined : itemsIn(value);
  if (found) return found;
  const place = typeof pointer === 'string' ? ` at '${pointer}'` : '';
  throw new ItemsUnreadable(`the JSON${place} is neither an array nor an object`);
};

const fromLines = (content: string): readonly Json[] =>
  content
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line, at) => {
      const value = parseJson(line);
      if (value === undefined) throw new ItemsUnreadable(`line ${at + 1} is not JSON`);
      return value;
    });

const DELIMITERS: Readonly<Record<string, string>> = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' };

/** Rows of RFC 4180 text: quoted fields may hold delimiters, line ends and doubled quotes. Throws `ItemsUnreadable`. */
export const csvRows = (content: string, delimiter: string): readonly (readonly string[])[] => {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  const endField = () => {
    rows.at(-1)?.push(field);
    field = '';
  };
  for (let at = 0; at < content.length; at++) {
    const char = content[at] ?? '';
    if (quoted) {
      if (char !== '"') field += char;
      else if (content[at + 1] === '"') field += content[++at];
      else quoted = false;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === delimiter) endField();
    else if (char === '\n') {
      endField();
      rows.push([]);
    } else if (char !== '\r') field += char;
  }
  if (quoted) throw new ItemsUnreadable('a quoted field of the CSV does not end');
  endField();
  return rows.filter((row) => row.length > 1 || row[0] !== '');
};

const fromCsv = (content: string, settings: JsonObject): readonly Json[] => {
  const rows = csvRows(content, DELIMITERS[String(settings.CSVDelimiter ?? 'COMMA')] ?? ',');
  const given = settings.CSVHeaderLocation === 'GIVEN';
  const headers = given && Array.isArray(settings.CSVHeaders) ? settings.CSVHeaders.map(String) : (rows[0] ?? []);
  return rows
    .slice(given ? 0 : 1)
    .map((row) => Object.fromEntries(headers.map((name, column) => [name, row[column] ?? ''])));
};
