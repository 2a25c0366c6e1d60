/**
 * Text that somebody else wrote, as it can be shown on a terminal: colours are left out, and other control characters, which could move
 * its cursor or hide what is around, become `·`.
 */
export const readableText = (text: string): string => text.replace(colours, '').replace(controls, '·');

/** SGR sequences (ECMA-48, 8.3.117). */
const colours = /\p{Cc}\[[\d;]*m/gu;
/** All but the tab, and of the format characters all but the joiners that scripts and emoji need. */
const controls = /(?!\t)\p{Cc}|(?![\u200c\u200d])\p{Cf}/gu;
