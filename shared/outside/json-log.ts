import type { Clock } from './clock.ts';
import type { Log, LogFields } from './log.ts';

/** Where lines go: `process.stderr`, a file's stream, an array in a test. */
export interface LineSink {
  write(line: string): unknown;
}

/** A collector splits or drops longer lines; a line is evidence only when it is whole. */
const MAX_LINE_BYTES = 8 * 1024;
const MAX_VALUE_BYTES = 2 * 1024;

/**
 * Control characters beyond those JSON escapes (DEL, C1, line and paragraph separator), bidirectional controls, zero-width
 * characters and the byte order mark: what makes a terminal or an eye read another line than was written (CVE-2021-42574).
 */
const HIDDEN = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

const escapeHidden = (json: string) =>
  json.replace(HIDDEN, (hidden) => `\\u${hidden.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** One JSON value, escaped, whole characters only, at most `most` bytes as it is written. */
const capped = (value: string, most: number): string => {
  const whole = escapeHidden(JSON.stringify(value.toWellFormed()));
  if (Buffer.byteLength(whole) <= most) return whole;
  const characters = [...value.toWellFormed()];
  let low = 0;
  let high = characters.length;
  const cut = (count: number) => escapeHidden(JSON.stringify(`${characters.slice(0, count).join('')}…`));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (Buffer.byteLength(cut(middle)) <= most) low = middle;
    else high = middle - 1;
  }
  return cut(low);
};

/**
 * One line of JSON: `time` (RFC 3339 UTC), `level`, `message`, then the fields in their order; never more than 8 KB. A field
 * named as one of the three is prefixed `field.`. Values over 2 KB end in `…`; fields that do not fit are left out and counted
 * in `omitted`.
 */
export const logLine = (now: number, level: string, message: string, fields: LogFields = {}): string => {
  const members = [
    `"time":${JSON.stringify(new Date(now).toISOString())}`,
    `"level":${JSON.stringify(level)}`,
    `"message":${capped(message, MAX_VALUE_BYTES)}`,
  ];
  let size = Buffer.byteLength(members.join(','));
  let omitted = 0;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const key =
      name === 'time' || name === 'level' || name === 'message' || name === 'omitted' ? `field.${name}` : name;
    const text = typeof value === 'string' ? capped(value, MAX_VALUE_BYTES) : jsonOf(value);
    const member = `${capped(key, 256)}:${text}`;
    const bytes = Buffer.byteLength(member) + 1;
    // 32 bytes are kept for the braces, the newline and the count of what is left out.
    if (size + bytes > MAX_LINE_BYTES - 32) {
      omitted += 1;
    } else {
      members.push(member);
      size += bytes;
    }
  }
  if (omitted > 0) members.push(`"omitted":${omitted}`);
  return `{${members.join(',')}}\n`;
};

/** NaN and the infinities are no JSON numbers; as text they are still seen. */
const jsonOf = (value: number | boolean): string =>
  typeof value === 'number' && !Number.isFinite(value) ? `"${value}"` : String(value);

/** Writes each call as one line to `sink`, with the time of `clock`. */
export const jsonLog = (sink: LineSink, clock: Pick<Clock, 'now'>): Log => {
  const at = (level: string) => (message: string, fields?: LogFields) => {
    sink.write(logLine(clock.now(), level, message, fields));
  };
  return { info: at('info'), warn: at('warn'), error: at('error') };
};
