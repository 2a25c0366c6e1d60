import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';

/** What a name server answers: records, or the number of a code; nothing at all for `silent`. */
export type Reply = { readonly records: readonly string[] } | { readonly rcode: number } | 'silent';

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 5: 'CNAME', 28: 'AAAA' };

/** A name server on loopback that answers by `TYPE name`, written at the wire format of RFC 1035; NXDOMAIN for what it does not have. */
export const serveNames = async (
  replies: Readonly<Record<string, Reply>>,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> => {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const [name, end] = readName(message);
    const type = message.readUInt16BE(end);
    const reply = replies[`${TYPES[type]} ${name}`] ?? { rcode: 3 };
    if (reply === 'silent') return;
    const records = 'records' in reply ? reply.records : [];
    const header = Buffer.alloc(12);
    message.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8180 | ('rcode' in reply ? reply.rcode : 0), 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    const answers = records.map((record) => answer(type, record));
    socket.send(Buffer.concat([header, message.subarray(12, end + 4), ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    port: (socket.address() as AddressInfo).port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
};

/** The name of the question, and where it ends. */
const readName = (message: Buffer): readonly [string, number] => {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return [labels.join('.').toLowerCase(), at + 1];
};

const answer = (type: number, record: string): Buffer => {
  const data = type === 5 ? nameOf(record) : type === 1 ? Buffer.from(record.split('.').map(Number)) : v6Of(record);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0); // the name of the question
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(1, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
};

const nameOf = (name: string): Buffer =>
  Buffer.concat([...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.of(0)]);

/** Of eight written groups. */
const v6Of = (address: string): Buffer =>
  Buffer.from(
    address.split(':').flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
