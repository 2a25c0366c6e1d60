/** Epoch milliseconds as text that sorts as the numbers do: fifteen digits, enough beyond the year 30,000. For sort keys. */
export const sortableTime = (at: number): string => String(at).padStart(15, '0');
