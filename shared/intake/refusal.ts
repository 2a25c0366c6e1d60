/** A sound event that asks for nothing: answered with success, and the reason is kept. */
export interface Ignored {
  readonly outcome: 'ignored';
  readonly code: 'EVENT_IGNORED';
  readonly reason: string;
}

/** An event that is not taken: answered with `status`. The message says what was wrong, what was expected and how to go on. */
export interface Refused {
  readonly outcome: 'refused';
  readonly status: 400 | 401 | 409 | 413 | 415 | 422;
  readonly code: RefusalCode;
  readonly message: string;
}

export type RefusalCode =
  | 'ALERT_UNPLACED'
  | 'BODY_TOO_LARGE'
  | 'CONTENT_TYPE'
  | 'DIGEST_INVALID'
  | 'EVENT_ID_REUSED'
  | 'EVENT_MALFORMED'
  | 'IMAGE_INVALID'
  | 'IMAGE_NOT_PINNED'
  | 'IMAGE_TAG'
  | 'SIGNATURE_INVALID'
  | 'SIGNATURE_MISSING';

export const ignored = (reason: string): Ignored => ({ outcome: 'ignored', code: 'EVENT_IGNORED', reason });

export const refused = (status: Refused['status'], code: RefusalCode, message: string): Refused => ({
  outcome: 'refused',
  status,
  code,
  message,
});
