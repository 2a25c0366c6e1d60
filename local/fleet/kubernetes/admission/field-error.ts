import type { FieldError } from '../api/status-error.ts';
import type { Json } from '../object.ts';

/** The ways a field can be wrong, in the API's words. */
const valueText = (value: Json | undefined) => JSON.stringify(value ?? null);

export const invalidValue = (field: string, value: Json | undefined, because: string): FieldError => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${valueText(value)}: ${because}`,
});

export const required = (field: string, because?: string): FieldError => ({
  reason: 'FieldValueRequired',
  field,
  message: because === undefined ? 'Required value' : `Required value: ${because}`,
});

export const duplicate = (field: string, value: Json): FieldError => ({
  reason: 'FieldValueDuplicate',
  field,
  message: `Duplicate value: ${valueText(value)}`,
});

export const notFoundValue = (field: string, value: Json): FieldError => ({
  reason: 'FieldValueNotFound',
  field,
  message: `Not found: ${valueText(value)}`,
});

export const forbiddenField = (field: string, because: string): FieldError => ({
  reason: 'FieldValueForbidden',
  field,
  message: `Forbidden: ${because}`,
});

export const unsupported = (field: string, value: Json | undefined, supported: readonly string[]): FieldError => ({
  reason: 'FieldValueNotSupported',
  field,
  message: `Unsupported value: ${valueText(value)}: supported values: ${supported.map((text) => JSON.stringify(text)).join(', ')}`,
});
