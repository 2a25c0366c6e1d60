import { html } from 'hono/html';
import type { Html } from '../answer.ts';

const isoOf = (at: number): string => new Date(at).toISOString();

/** `08:41:07 UTC`; the client shows how long ago, and keeps the exact time for hover and focus. */
export const clockTime = (at: number): Html =>
  html`<time datetime="${isoOf(at)}">${isoOf(at).slice(11, 19)} UTC</time>`;

/** As `clockTime`, and the client turns it into `3 min ago` or `in 40 s`. */
export const relativeTime = (at: number): Html =>
  html`<time datetime="${isoOf(at)}" data-relative>${isoOf(at).slice(11, 19)} UTC</time>`;

/** `2026-11-21 08:41:07 UTC`, for what may be days ago; relative with the client. */
export const dateTime = (at: number): Html =>
  html`<time datetime="${isoOf(at)}" data-relative>${isoOf(at).slice(0, 19).replace('T', ' ')} UTC</time>`;

/** `45 s`, `3 min`, `2 h 05 min`. */
export const duration = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${String(minutes % 60).padStart(2, '0')} min` : `${Math.floor(hours / 24)} days`;
};
