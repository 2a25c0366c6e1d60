/** One packet: its payload, or `flush` (`0000`), which ends a section. */
export type Packet = Uint8Array | 'flush';

/** Length prefix of 4 hexadecimal digits, itself included; at most 65,516 bytes of payload (gitprotocol-common). */
export const packet = (payload: string | Uint8Array): Uint8Array => {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
};

export const flush: Uint8Array = Buffer.from('0000');

/** What a client sent is not a packet line. */
export class BadPacket extends Error {
  override readonly name = 'BadPacket';
  constructor(at: number, because: string) {
    super(`packet line at byte ${at}: ${because}`);
  }
}

/**
 * The packets from `from` on, read until the end or until `enough` says so of the packet just read; `next` is the byte after it.
 * Throws `BadPacket`.
 */
export const readPackets = (
  bytes: Uint8Array,
  enough: (read: Packet) => boolean = () => false,
): { readonly packets: readonly Packet[]; readonly next: number } => {
  const packets: Packet[] = [];
  let at = 0;
  while (at < bytes.length) {
    const digits = Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw new BadPacket(at, 'expected a length of 4 hexadecimal digits');
    const length = Number.parseInt(digits, 16);
    if (length !== 0 && length < 4)
      throw new BadPacket(at, `length ${length} belongs to protocol version 2, send version 0 or 1`);
    if (at + length > bytes.length) throw new BadPacket(at, `announces ${length} bytes, the request ends before`);
    const read: Packet = length === 0 ? 'flush' : bytes.subarray(at + 4, at + length);
    at += Math.max(length, 4);
    packets.push(read);
    if (enough(read)) break;
  }
  return { packets, next: at };
};

/** The text of a packet without its line feed. */
export const textOf = (payload: Uint8Array): string => Buffer.from(payload).toString('utf8').replace(/\n$/, '');

/** `bytes` in packets of band 1 of side-band-64k: 65,520 bytes a packet, its length and band included. */
export const sideBand = (bytes: Uint8Array): readonly Uint8Array[] => {
  const room = 65_515;
  const packets: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += room) {
    packets.push(packet(Buffer.concat([Buffer.from([1]), bytes.subarray(at, at + room)])));
  }
  return packets;
};
