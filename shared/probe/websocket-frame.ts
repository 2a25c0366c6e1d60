/** RFC 6455, section 5.2. */
export const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** One final, masked frame, as clients must send them. Payloads up to 65,535 bytes. */
export const encodeFrame = (opcode: number, payload: Uint8Array, mask: Uint8Array): Buffer => {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 0xff];
  const [first = 0, ...more] = length;
  const masked = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.from([0x80 | opcode, 0x80 | first, ...more, ...mask, ...masked]);
};

/** The first whole frame of what has arrived; `undefined` while more is needed. Fragments and masked frames are not expected. */
export const takeFrame = (arrived: Buffer): { readonly taken: Frame; readonly rest: Buffer } | undefined => {
  const [first, second] = arrived;
  if (first === undefined || second === undefined) return undefined;
  if ((first & 0xf0) !== 0x80 || (second & 0x80) !== 0)
    throw new Error('a frame no probe asked for: a fragment, or masked');
  const isLong = second === 126;
  if (second === 127) throw new Error('a frame of more than 65,535 bytes');
  if (isLong && arrived.length < 4) return undefined;
  const length = isLong ? arrived.readUInt16BE(2) : second;
  const start = isLong ? 4 : 2;
  if (arrived.length < start + length) return undefined;
  const payload = arrived.subarray(start, start + length);
  return { taken: { opcode: first & 0x0f, payload }, rest: arrived.subarray(start + length) };
};
