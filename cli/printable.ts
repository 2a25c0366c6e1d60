/** Text of others, as a cluster's or whoever may write to the ledger, without what could steer the terminal. Pure. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ');
